//! The projections in tables: the same after following, after a restart and after a rebuild, on every database.

use crate::{
    answers::{Answers, every_page},
    history::{History, Step, account_name, agent_name, checkpoint_name},
    steps,
    test_log::TestLog,
};
use edgecoder_domain::{
    Aggregate,
    agent::Agent,
    task::{Ending, Subtask, SubtaskState, Task},
    wallet::Wallet,
};
use edgecoder_events::{
    AccountId, Event, Position, StreamName, SubtaskIndex, TaskId, anchor::AnchorWay, task::WorkKind,
};
use edgecoder_projections::{
    PageRequest, ProjectionError, Projections, Question, TablesIn,
    anchors::Stage,
    credit_balances::MovementReason,
    ready_queue::ReadyQueue,
    task_board::{SubtaskStanding, TaskFilter, TaskState},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::time::Duration;
use tempfile::TempDir;

/// Ends a test that would hang.
const LONG: Duration = Duration::from_mins(1);

struct House {
    directory: TempDir,
}

impl House {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    async fn open(&self, log: &TestLog) -> Projections {
        let [file, search] = ["projections.db", "search"].map(|it| self.directory.path().join(it));
        Projections::start(log, TablesIn::File(&file), &search).await.unwrap()
    }

    async fn open_caught_up(&self, log: &TestLog) -> Projections {
        let all = self.open(log).await;
        all.caught_up(log.head()).await.unwrap();
        all
    }
}

fn check(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Histories that differ from run to run as little as the tests do: seeded.
fn histories(count: usize) -> Vec<History> {
    let mut runner = TestRunner::deterministic();
    let many = proptest::collection::vec(steps::step(), 120..240);
    (0..count).map(|_| History::of(&many.new_tree(&mut runner).unwrap().current())).collect()
}

fn busy_history() -> History {
    histories(1).remove(0)
}

fn program(account: u8) -> Step {
    Step::Submit { account, project: 0, priority: 0, model: None, work: WorkKind::Program, gpu: false, shape: 0 }
}

#[test]
fn the_rows_say_what_the_domain_says() {
    check(async {
        for history in histories(12) {
            let log = TestLog::of_history(&history);
            let house = House::new();
            let all = house.open_caught_up(&log).await;
            let answers = Answers::read(&all, history.now).await;
            compare_tasks(&history, &answers);
            compare_wallets(&history, &answers);
            compare_earnings(&answers);
            compare_blacklist(&history, &answers);
            compare_anchors(&history, &answers);
            compare_conversations(&history, &answers);
            all.stop().await;
        }
    });
}

fn compare_tasks(history: &History, answers: &Answers) {
    let submitted = history.tasks.values().filter(|it| it.identity().is_some()).count();
    assert_eq!(answers.tasks.len(), submitted);
    assert!(answers.tasks.is_sorted_by(|one, next| one.0.position > next.0.position), "the newest come first");
    assert_eq!(answers.counts.values().sum::<u64>(), submitted as u64);
    for (entry, subtasks) in &answers.tasks {
        let task = &history.tasks[&entry.task];
        let running = task.leases().next().is_some();
        let state = match task.ending() {
            Some(Ending::Completed) => TaskState::Completed,
            Some(Ending::Failed(_)) => TaskState::Failed,
            Some(Ending::Cancelled) => TaskState::Cancelled,
            None if running => TaskState::Running,
            None if !task.is_planned() => TaskState::Planning,
            None if entry.state == TaskState::Escalated => TaskState::Escalated,
            None => TaskState::Queued,
        };
        assert_eq!((entry.state, entry.cost), (state, task.spent()));
        assert_eq!(entry.ended_at.is_some(), task.ending().is_some());
        assert_eq!(entry.budget, task.identity().unwrap().budget);
        assert_eq!(entry.review.map(|it| it.decision), task.review());
        assert_eq!(subtasks.len(), task.subtasks().len());
        let has_open = subtasks.iter().any(|it| is_open(it.state));
        assert!(!has_open || task.ending().is_none(), "nothing waits in a task that ended");
        let failed_by = failed_by(history, &entry.task);
        for (row, subtask) in subtasks.iter().zip(task.subtasks()) {
            assert_eq!(row.state, standing(task, subtask, failed_by), "{:?}", subtask.state);
            assert_eq!(
                (row.attempts, row.report, row.content),
                (subtask.attempts, subtask.last_report, subtask.content)
            );
            assert_eq!(row.depends_on, subtask.plan.depends_on);
        }
        let paid: u64 = subtasks.iter().map(|it| it.cost.micros()).sum();
        assert_eq!(paid, entry.cost.micros(), "what the subtasks cost is what the task costs");
    }
}

/// The subtask that the task failed by, as the event says.
fn failed_by(history: &History, task: &TaskId) -> Option<SubtaskIndex> {
    history.events.iter().find_map(|it| match &it.event {
        Event::TaskFailed(it) if it.task == *task => it.subtask,
        _ => None,
    })
}

/// What the board must say of a subtask. The domain keeps no word for one that is over because its task is.
fn standing(task: &Task, subtask: &Subtask, failed_by: Option<SubtaskIndex>) -> SubtaskStanding {
    match &subtask.state {
        SubtaskState::Passed => SubtaskStanding::Passed,
        _ if failed_by == Some(subtask.plan.index) => SubtaskStanding::Failed,
        _ if task.ending().is_some() => SubtaskStanding::Stopped,
        SubtaskState::Leased(_) => SubtaskStanding::Leased,
        SubtaskState::Escalated => SubtaskStanding::Escalated,
        SubtaskState::Waiting | SubtaskState::Failed => SubtaskStanding::Waiting,
    }
}

fn is_open(standing: SubtaskStanding) -> bool {
    matches!(standing, SubtaskStanding::Waiting | SubtaskStanding::Leased | SubtaskStanding::Escalated)
}

fn wallet(history: &History, account: &AccountId) -> Wallet {
    let stream = StreamName::credits(account);
    Wallet::from_history(history.events.iter().filter(|it| it.stream == stream).map(|it| &it.event))
}

fn compare_wallets(history: &History, answers: &Answers) {
    assert_eq!(answers.trial.sum(), 0, "credit came from nowhere or went nowhere");
    assert_eq!(answers.trial.clearing, 0, "what is spent is earned by the same append");
    for (account, (balance, movements)) in (0..3).chain([100]).map(account_name).zip(&answers.wallets) {
        assert_eq!(balance.unwrap_or_default().available, wallet(history, &account).available());
        let moved: i64 = movements.iter().map(|it| it.delta_micros).sum();
        let held = balance.unwrap_or_default();
        assert_eq!(moved, i64::try_from(held.available.micros() + held.reserved.micros()).unwrap());
        if let Some(newest) = movements
            .iter()
            .find(|it| matches!(it.account, edgecoder_projections::credit_balances::LedgerAccount::Available(_)))
        {
            assert_eq!(newest.balance_after_micros, i64::try_from(held.available.micros()).unwrap());
        }
    }
}

fn compare_earnings(answers: &Answers) {
    const MS_PER_DAY: u64 = 86_400_000;
    for ((_, movements), earned) in answers.wallets.iter().zip(&answers.earned) {
        let mut days = std::collections::BTreeMap::<u64, i64>::new();
        for it in movements.iter().filter(|it| it.reason == MovementReason::Earned) {
            *days.entry(it.recorded_at.0 / MS_PER_DAY).or_default() += it.delta_micros;
        }
        let told = earned.iter().map(|it| (it.day, i64::try_from(it.amount.micros()).unwrap()));
        assert_eq!(told.collect::<Vec<_>>(), days.into_iter().rev().collect::<Vec<_>>());
    }
}

fn compare_blacklist(history: &History, answers: &Answers) {
    for (agent, entry) in (0..4).map(agent_name).zip(&answers.shut_out) {
        let stream = StreamName::agent(&agent);
        let known = Agent::from_history(history.events.iter().filter(|it| it.stream == stream).map(|it| &it.event));
        assert_eq!(entry.is_some(), known.is_blacklisted(history.now));
    }
    let recorded = history.events.iter().filter(|it| it.event.kind().starts_with("agent.blacklist")).count();
    assert_eq!(answers.blacklist.len(), recorded);
}

fn compare_anchors(history: &History, answers: &Answers) {
    let asked_for = history.events.iter().filter(|it| it.event.kind() == "anchor.requested").count();
    assert_eq!(answers.anchors.len(), asked_for);
    for entry in &answers.anchors {
        let stream = StreamName::anchor(&entry.request.checkpoint);
        let mut own = history.events.iter().filter(|it| it.stream == stream);
        assert_eq!(own.next().map(|it| it.position), Some(entry.request.position));
        let newest = history.events.iter().rfind(|it| it.stream == stream).unwrap();
        assert_eq!(newest.event.kind(), format!("anchor.{:?}", entry.state.stage).to_lowercase());
        assert_eq!(newest.recorded_at, entry.state.changed_at);
    }
}

fn compare_conversations(history: &History, answers: &Answers) {
    let said = history.events.iter().filter_map(|it| match &it.event {
        Event::TaskSubmitted(task) => Some((task.account.clone(), task.conversation.clone()?, it.position)),
        _ => None,
    });
    let said: Vec<_> = said.collect();
    let listed: usize = answers.conversations.iter().map(|(_, messages)| messages.len()).sum();
    assert_eq!(listed, said.len(), "every message is in one conversation, of the one who said it");
    for (entry, messages) in &answers.conversations {
        let own = said.iter().filter(|it| it.0 == entry.account && it.1 == entry.conversation);
        let positions: Vec<_> = own.rev().map(|it| it.2).collect();
        assert_eq!(messages.iter().map(|it| it.position).collect::<Vec<_>>(), positions, "the newest first");
        assert_eq!((entry.newest, entry.messages), (positions[0], positions.len() as u64));
        assert_eq!(messages.last().map(|it| &it.task), Some(&entry.first));
    }
}

#[test]
fn anchors_that_are_done_with_are_not_looked_after() {
    check(async {
        let steps = [(0, 0), (0, 2), (1, 0), (2, 0), (2, 2), (2, 4)];
        let steps = steps.map(|(checkpoint, command)| Step::Anchor { checkpoint, command });
        let house = House::new();
        let all = house.open_caught_up(&TestLog::of_history(&History::of(&steps))).await;
        let open = async |way| {
            let open = all.anchors().open(way, 10).await.unwrap();
            open.into_iter().map(|it| it.request.checkpoint).collect::<Vec<_>>()
        };
        assert_eq!(open(AnchorWay::OpenTimestamps).await, [checkpoint_name(0)], "the third has its block");
        assert_eq!(open(AnchorWay::OwnTransaction).await, [checkpoint_name(1)]);
        let known = all.anchors().get(&checkpoint_name(2)).await.unwrap().unwrap();
        assert_eq!((known.state.stage, known.state.height), (Stage::Attested, Some(2)));
        assert_eq!(all.anchors().get(&checkpoint_name(3)).await.unwrap(), None);
        all.stop().await;
    });
}

#[test]
fn a_rebuild_answers_what_following_answered() {
    check(async {
        for history in histories(4) {
            let half = history.events.len() / 2;
            let log = TestLog::of(&history.events[..half], 1);
            let house = House::new();
            let all = house.open_caught_up(&log).await;
            for one in history.events[half..].chunks(1) {
                log.append(one);
            }
            all.caught_up(log.head()).await.unwrap();
            let followed = Answers::read(&all, history.now).await;
            for question in Question::ALL.into_iter().filter(|it| it.is_kept()) {
                let mut shown = vec![];
                all.rebuild(question, |it| shown.push(it)).await.unwrap();
                assert!(shown.iter().all(|it| it.done <= it.total));
            }
            assert_eq!(Answers::read(&all, history.now).await, followed);
            all.stop().await;
        }
    });
}

#[test]
fn after_a_restart_it_reads_on_where_it_was() {
    check(async {
        let history = busy_history();
        let (first, second) = history.events.split_at(history.events.len() / 2);
        let log = TestLog::of(first, 5);
        let house = House::new();
        house.open_caught_up(&log).await.stop().await;
        log.append(second);
        let all = house.open_caught_up(&log).await;
        let other_house = House::new();
        let fresh = other_house.open_caught_up(&log).await;
        assert_eq!(Answers::read(&all, history.now).await, Answers::read(&fresh, history.now).await);
    });
}

#[test]
fn rows_of_another_history_are_built_again() {
    check(async {
        let steps = [program(0), program(1)];
        let mut forked = History::default();
        forked.epoch = 1;
        for _ in 0..3 {
            forked.step(&program(2));
        }
        let house = House::new();
        house.open_caught_up(&TestLog::of_history(&History::of(&steps))).await.stop().await;
        let log = TestLog::of_history(&forked);
        let all = house.open_caught_up(&log).await;
        let other_house = House::new();
        let fresh = other_house.open_caught_up(&log).await;
        assert_eq!(Answers::read(&all, forked.now).await, Answers::read(&fresh, forked.now).await);
        assert_eq!(all.credit_balances().balance(&account_name(0)).await.unwrap(), None);
    });
}

#[test]
fn a_log_that_became_shorter_is_another_history() {
    check(async {
        let (long, short) = (History::of(&[program(0), program(1)]), History::of(&[program(0)]));
        let house = House::new();
        house.open_caught_up(&TestLog::of_history(&long)).await.stop().await;
        let all = house.open_caught_up(&TestLog::of_history(&short)).await;
        assert_eq!(all.credit_balances().balance(&account_name(1)).await.unwrap(), None);
        assert!(all.credit_balances().balance(&account_name(0)).await.unwrap().is_some());
    });
}

#[test]
fn who_waits_for_an_event_reads_it() {
    check(async {
        let log = TestLog::of(&[], 1);
        let house = House::new();
        let all = house.open(&log).await;
        let history = History::of(&[program(0)]);
        log.append(&history.events);
        let newest = history.events.last().unwrap().position;
        all.wait_until(Question::TaskBoard, newest, LONG).await.unwrap();
        assert!(all.task_board().task(&history.task_names[0]).await.unwrap().is_some());
        all.wait_until(Question::ReadyQueue, newest, LONG).await.unwrap();
        assert_eq!(all.ready_queue(ReadyQueue::waiting), 1);
        all.caught_up(log.head()).await.unwrap();
        for search in [Question::LogSearch, Question::TaskSearch] {
            all.wait_until(search, newest, LONG).await.unwrap();
        }
        assert!(all.lag(log.head()).values().all(|behind| *behind == 0));
    });
}

#[test]
fn new_work_wakes_whoever_waits_for_it() {
    check(async {
        let log = TestLog::of(&[], 100);
        let house = House::new();
        let all = house.open(&log).await;
        let mut ready = all.ready_changed();
        log.append(&History::of(&[program(0)]).events);
        ready.changed().await.unwrap();
        assert_eq!(all.ready_queue(ReadyQueue::waiting), 1);
    });
}

#[test]
fn a_machine_that_can_do_more_wakes_whoever_waits_for_work() {
    check(async {
        let can_do = |command| Step::Agent { agent: 0, command };
        let history = History::of(&[0, 1, 2, 4, 3].map(can_do));
        let (change, before) = history.events.split_last().unwrap();
        assert!(matches!(change.event, Event::AgentCapabilitiesChanged(_)), "{change:?}");
        let log = TestLog::of(before, 100);
        let house = House::new();
        let all = house.open(&log).await;
        all.caught_up(log.head()).await.unwrap();
        let mut ready = all.ready_changed();
        log.append(std::slice::from_ref(change));
        ready.changed().await.unwrap();
    });
}

#[test]
fn waiting_for_what_does_not_come_ends() {
    check(async {
        let house = House::new();
        let all = house.open(&TestLog::of(&[], 1)).await;
        let waited = all.wait_until(Question::Blacklist, Position(0), Duration::ZERO).await;
        assert!(matches!(waited, Err(ProjectionError::Behind { question: Question::Blacklist, wanted: Position(0) })));
    });
}

#[test]
fn what_is_held_in_memory_has_no_tables_to_rebuild() {
    check(async {
        let house = House::new();
        let all = house.open(&TestLog::of(&[], 1)).await;
        for question in Question::ALL.into_iter().filter(|it| !it.is_kept()) {
            let refused = all.rebuild(question, |_| {}).await;
            assert!(matches!(refused, Err(ProjectionError::HeldInMemory(it)) if it == question), "{question}");
        }
    });
}

#[test]
fn a_list_can_be_cut_down_to_an_account_a_project_or_a_state() {
    check(async {
        let history = busy_history();
        let house = House::new();
        let all = house.open_caught_up(&TestLog::of_history(&history)).await;
        let every = every_page!(50, |page| all.task_board().list(&TaskFilter::default(), &page));
        let (account, project, state) = (every[0].account.clone(), every[0].project.clone(), every[0].state);
        let filters = [
            TaskFilter { account: Some(account.clone()), ..TaskFilter::default() },
            TaskFilter { project: Some(project.clone()), ..TaskFilter::default() },
            TaskFilter { account: Some(account), project: Some(project), state: Some(state) },
        ];
        for filter in filters {
            let found = every_page!(2, |page| all.task_board().list(&filter, &page));
            let expected = every.iter().filter(|it| {
                filter.account.as_ref().is_none_or(|wanted| *wanted == it.account)
                    && filter.project.as_ref().is_none_or(|wanted| *wanted == it.project)
                    && filter.state.is_none_or(|wanted| wanted == it.state)
            });
            assert_eq!(found, expected.cloned().collect::<Vec<_>>());
        }
        let page = PageRequest::new(None, 1);
        assert_eq!(all.task_board().list(&TaskFilter::default(), &page).await.unwrap().items.len(), 1);
    });
}
