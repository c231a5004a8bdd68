//! The search of tasks: it finds what the board has, of one owner only, and nothing of who was forgotten.

use crate::{
    answers::every_page,
    history::{History, Step, account_name, agent_name},
    steps,
    test_log::TestLog,
};
use edgecoder_events::{
    AccountId, AgentId, Event, EventId, Position, Recorded, StreamName, TaskId,
    key::SubjectKeyDestroyed,
    task::{Language, WorkKind},
};
use edgecoder_projections::{
    PageRequest, Projections, Question, TablesIn,
    task_board::{TaskEntry, TaskFilter, TaskState},
    task_search::Wanted,
};
use edgecoder_search_index::{FieldKind, Index, Layout, Query};
use edgecoder_store::WordKey;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::{collections::BTreeMap, fs, path::Path, time::Duration};
use tempfile::TempDir;

/// Ends a test that would hang.
const LONG: Duration = Duration::from_mins(1);
/// Each case waits for several commits.
const CASES: u32 = 6;
const STATES: [TaskState; 7] = [
    TaskState::Planning,
    TaskState::Queued,
    TaskState::Running,
    TaskState::Escalated,
    TaskState::Completed,
    TaskState::Failed,
    TaskState::Cancelled,
];

fn check(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

fn busy_history() -> History {
    let many = proptest::collection::vec(steps::step(), 120..240);
    History::of(&many.new_tree(&mut TestRunner::deterministic()).unwrap().current())
}

async fn searched(all: &Projections, log: &TestLog) {
    let Some(newest) = log.head().0.checked_sub(1) else { return };
    all.wait_until(Question::TaskSearch, Position(newest), LONG).await.unwrap();
}

async fn open(folder: &Path, log: &TestLog) -> Projections {
    let (file, search) = (folder.join("projections.db"), folder.join("search"));
    let all = Projections::start(log, TablesIn::File(&file), &search).await.unwrap();
    searched(&all, log).await;
    all
}

async fn found(all: &Projections, owner: &AccountId, wanted: &Wanted) -> Vec<TaskEntry> {
    every_page!(3, |page| async { all.task_search().find(owner, wanted, &page).await.map(|it| it.page) })
}

async fn counts(all: &Projections, owner: &AccountId, wanted: &Wanted) -> BTreeMap<TaskState, u64> {
    all.task_search().find(owner, wanted, &PageRequest::new(None, 1)).await.unwrap().counts
}

/// The tasks of an owner as the board has them, each with the machines of its subtasks.
async fn on_board(all: &Projections, owner: &AccountId) -> Vec<(TaskEntry, Vec<AgentId>)> {
    let filter = TaskFilter { account: Some(owner.clone()), ..TaskFilter::default() };
    let mut tasks = vec![];
    for task in every_page!(50, |page| all.task_board().list(&filter, &page)) {
        let agents = all.task_board().subtasks(&task).await.unwrap().into_iter().filter_map(|it| it.agent).collect();
        tasks.push((task, agents));
    }
    tasks
}

/// Questions of every kind that these tasks give rise to.
fn questions(tasks: &[(TaskEntry, Vec<AgentId>)]) -> Vec<Wanted> {
    let any = Wanted::default;
    let mut all = vec![any()];
    all.extend(STATES.map(|state| Wanted { state: Some(state), ..any() }));
    all.extend([Language::Python, Language::Javascript].map(|it| Wanted { language: Some(it), ..any() }));
    all.extend([WorkKind::Program, WorkKind::Prompt].map(|it| Wanted { work: Some(it), ..any() }));
    all.extend((0..4).map(|n| Wanted { agent: Some(agent_name(n)), ..any() }));
    if let Some((task, _)) = tasks.get(tasks.len() / 2) {
        let at = Some(task.submitted_at);
        let project = Some(task.project.clone());
        all.push(Wanted { project: project.clone(), ..any() });
        all.push(Wanted { from: at, ..any() });
        all.push(Wanted { to: at, ..any() });
        all.push(Wanted { project, from: at, state: Some(task.state), work: Some(task.work), ..any() });
    }
    all
}

fn holds(wanted: &Wanted, task: &TaskEntry, agents: &[AgentId]) -> bool {
    wanted.state.is_none_or(|it| it == task.state)
        && wanted.work.is_none_or(|it| it == task.work)
        && wanted.language.is_none_or(|it| it == task.language)
        && wanted.project.as_ref().is_none_or(|it| *it == task.project)
        && wanted.agent.as_ref().is_none_or(|it| agents.contains(it))
        && wanted.from.is_none_or(|it| task.submitted_at >= it)
        && wanted.to.is_none_or(|it| task.submitted_at <= it)
}

/// Asks everything of everybody and compares with what the board says.
async fn says_what_the_board_says(all: &Projections) {
    for owner in (0..3).map(account_name) {
        let tasks = on_board(all, &owner).await;
        for wanted in questions(&tasks) {
            let expected = tasks.iter().filter(|(task, agents)| holds(&wanted, task, agents));
            let expected: Vec<_> = expected.map(|(task, _)| task.clone()).collect();
            assert_eq!(found(all, &owner, &wanted).await, expected, "{owner}: {wanted:?}");
            let whichever = Wanted { state: None, ..wanted.clone() };
            let mut expected = BTreeMap::new();
            for (task, _) in tasks.iter().filter(|(task, agents)| holds(&whichever, task, agents)) {
                *expected.entry(task.state).or_insert(0) += 1;
            }
            assert_eq!(counts(all, &owner, &wanted).await, expected, "{owner}: {wanted:?}");
        }
    }
}

fn text(words: &str) -> Wanted {
    Wanted { text: Some(words.to_owned()), ..Wanted::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]
    #[test]
    fn after_following_a_restart_and_a_rebuild_the_search_says_what_the_board_says(steps in steps::steps()) {
        check(async {
            let (history, folder) = (History::of(&steps), TempDir::new().unwrap());
            if history.events.is_empty() {
                return;
            }
            let (old, new) = history.events.split_at(history.events.len() / 2);
            let log = TestLog::of(old, 7);
            open(folder.path(), &log).await.stop().await;
            let all = open(folder.path(), &log).await;
            log.append(new);
            searched(&all, &log).await;
            says_what_the_board_says(&all).await;
            all.rebuild(Question::TaskSearch, |_| {}).await.unwrap();
            says_what_the_board_says(&all).await;
        });
    }
}

#[test]
fn words_find_the_tasks_of_their_owner_and_of_nobody_else() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let all = open(folder.path(), &TestLog::of_history(&history)).await;
        let (ann, ben) = (account_name(0), account_name(1));
        let anns: Vec<_> = on_board(&all, &ann).await.into_iter().map(|(task, _)| task).collect();
        assert!(anns.len() > 3 && !on_board(&all, &ben).await.is_empty());
        for words in ["SORT", "wrote sort", "account 0", "primes.py"] {
            assert_eq!(found(&all, &ann, &text(words)).await, anns, "{words}");
        }
        for words in ["sort nothing", "sor", "hidden", " - "] {
            assert!(found(&all, &ann, &text(words)).await.is_empty(), "{words}");
            assert!(counts(&all, &ann, &text(words)).await.is_empty());
        }
        let (bens, nobody) = (found(&all, &ben, &text("sort")).await, account_name(77));
        assert!(!bens.is_empty() && bens.iter().all(|it| it.account == ben));
        assert!(found(&all, &nobody, &text("sort")).await.is_empty(), "nobody finds what another one wrote");
    });
}

fn forgotten(account: &AccountId, history: &History) -> Recorded {
    let last = history.events.last().unwrap();
    let gone = SubjectKeyDestroyed { subject: account.as_str().to_owned(), reason: "asked to be forgotten".to_owned() };
    Recorded {
        position: Position(last.position.0 + 1),
        stream: StreamName::ledger(),
        event_id: EventId([0xee; 16]),
        event: Event::SubjectKeyDestroyed(gone),
        ..last.clone()
    }
}

#[test]
fn the_tasks_of_who_was_forgotten_leave_the_index_and_stay_out() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let log = TestLog::of_history(&history);
        let all = open(folder.path(), &log).await;
        let (ann, ben) = (account_name(0), account_name(1));
        let bens = found(&all, &ben, &Wanted::default()).await;
        assert!(!bens.is_empty() && !found(&all, &ann, &Wanted::default()).await.is_empty());
        log.forget(ann.clone());
        log.append(&[forgotten(&ann, &history)]);
        searched(&all, &log).await;
        assert!(found(&all, &ann, &Wanted::default()).await.is_empty());
        assert_eq!(found(&all, &ben, &Wanted::default()).await, bens);
        all.rebuild(Question::TaskSearch, |_| {}).await.unwrap();
        assert!(found(&all, &ann, &Wanted::default()).await.is_empty());
        assert_eq!(found(&all, &ben, &Wanted::default()).await, bens);
    });
}

/// The fields of the index; where they were others, the index would be made anew and nothing be found.
const LAYOUT: Layout = Layout {
    version: 1,
    fields: &[
        ("task", FieldKind::Term),
        ("owner", FieldKind::Term),
        ("word", FieldKind::Term),
        ("state", FieldKind::Number),
        ("work", FieldKind::Term),
        ("language", FieldKind::Term),
        ("project", FieldKind::Term),
        ("agent", FieldKind::Term),
        ("time", FieldKind::Number),
    ],
};

#[test]
fn no_word_that_was_sealed_is_in_the_index() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let all = open(folder.path(), &TestLog::of_history(&history)).await;
        assert!(!found(&all, &account_name(0), &text("wrote")).await.is_empty());
        all.stop().await;
        let reader = Index::open(&folder.path().join("search/tasks"), LAYOUT).unwrap().reader();
        let of_word = |word: &str| reader.newest(&Query::default().term("word", word), 100).unwrap();
        let mark = WordKey::of(account_name(0).as_str().as_bytes()).mark("wrote");
        assert!(!of_word(&mark).is_empty(), "its mark is there");
        for word in ["wrote", "sort", "primes", "hidden"] {
            assert!(of_word(word).is_empty(), "{word} is there in the clear");
        }
    });
}

#[test]
fn a_folder_that_was_deleted_or_torn_is_built_again() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let log = TestLog::of_history(&history);
        let all = open(folder.path(), &log).await;
        let anns = found(&all, &account_name(0), &Wanted::default()).await;
        all.stop().await;
        fs::remove_dir_all(folder.path().join("search")).unwrap();
        let all = open(folder.path(), &log).await;
        assert_eq!(found(&all, &account_name(0), &Wanted::default()).await, anns);
        all.stop().await;
        for file in fs::read_dir(folder.path().join("search/tasks/index")).unwrap().map(|it| it.unwrap().path()) {
            if file.extension().is_some_and(|ending| ending == "idx" || ending == "fast") {
                fs::write(file, "torn").unwrap();
            }
        }
        let all = open(folder.path(), &log).await;
        assert_eq!(found(&all, &account_name(0), &Wanted::default()).await, anns);
    });
}

#[test]
fn the_search_forgets_another_history() {
    check(async {
        let work = WorkKind::Program;
        let submit =
            |account| Step::Submit { account, project: 0, priority: 0, model: None, work, gpu: false, shape: 0 };
        let (long, short) = (History::of(&[submit(0), submit(1)]), History::of(&[submit(0)]));
        let folder = TempDir::new().unwrap();
        open(folder.path(), &TestLog::of_history(&long)).await.stop().await;
        let all = open(folder.path(), &TestLog::of_history(&short)).await;
        let names = |tasks: Vec<TaskEntry>| tasks.into_iter().map(|it| it.task).collect::<Vec<TaskId>>();
        assert_eq!(names(found(&all, &account_name(0), &Wanted::default()).await), short.task_names);
        assert!(found(&all, &account_name(1), &Wanted::default()).await.is_empty());
    });
}
