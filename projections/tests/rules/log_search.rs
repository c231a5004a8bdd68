//! The search of the log: it finds what the events themselves say, follows, and begins anew where it must.

use crate::{
    answers::every_page,
    history::{History, Step, account_name, agent_name},
    steps,
    test_log::TestLog,
};
use edgecoder_events::{AccountId, Event, EventId, Position, Recorded};
use edgecoder_projections::{Projections, Question, TablesIn, log_search::Wanted};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// Ends a test that would hang.
const LONG: Duration = Duration::from_mins(1);

fn check(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

fn busy_history() -> History {
    let many = proptest::collection::vec(steps::step(), 120..240);
    History::of(&many.new_tree(&mut TestRunner::deterministic()).unwrap().current())
}

async fn open(folder: &Path, log: &TestLog) -> Projections {
    let (file, search) = (folder.join("projections.db"), folder.join("search"));
    Projections::start(log, TablesIn::File(&file), &search).await.unwrap()
}

async fn open_caught_up(folder: &Path, log: &TestLog) -> Projections {
    let all = open(folder, log).await;
    all.wait_until(Question::LogSearch, Position(log.head().0 - 1), LONG).await.unwrap();
    all
}

async fn found(all: &Projections, wanted: &Wanted) -> Vec<u64> {
    every_page!(7, |page| all.log_search().find(wanted, &page)).into_iter().map(|it| it.0).collect()
}

/// Where entries stand that hold, the newest first: read from the events one by one.
fn expected(history: &History, holds: impl Fn(&Recorded) -> bool) -> Vec<u64> {
    history.events.iter().rev().filter(|it| holds(it)).map(|it| it.position.0).collect()
}

/// Whether a field of the event, by its name in the log, has a value.
fn says(event: &Event, fields: &[&str], value: &str) -> bool {
    let event = event.serialize_fields(serde_json::value::Serializer).unwrap();
    fields.iter().any(|field| event.get(field).and_then(Value::as_str) == Some(value))
}

#[test]
fn the_search_finds_exactly_the_entries_whose_events_name_it() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let all = open_caught_up(folder.path(), &TestLog::of_history(&history)).await;
        assert_eq!(found(&all, &Wanted::default()).await, expected(&history, |_| true));
        for task in &history.task_names {
            let wanted = Wanted { task: Some(task.clone()), ..Wanted::default() };
            let named = expected(&history, |it| says(&it.event, &["task"], task.as_str()));
            assert_eq!(found(&all, &wanted).await, named, "{task}");
        }
        for agent in (0..6).map(agent_name) {
            let wanted = Wanted { agent: Some(agent.clone()), ..Wanted::default() };
            let named = expected(&history, |it| says(&it.event, &["agent", "node"], agent.as_str()));
            assert_eq!(found(&all, &wanted).await, named, "{agent}");
        }
        for account in [0, 1, 2, 100, 101].map(account_name) {
            let wanted = Wanted { account: Some(account.clone()), ..Wanted::default() };
            let roles = ["account", "payee", "payer", "owner", "subject"];
            let named = expected(&history, |it| says(&it.event, &roles, account.as_str()));
            assert_eq!(found(&all, &wanted).await, named, "{account}");
        }
    });
}

/// Every committed sample as an entry of one log.
fn sampled() -> Vec<Recorded> {
    let like = busy_history().events.swap_remove(0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/samples");
    let read = |(position, path): (u64, PathBuf)| {
        let sample: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let schema = u16::try_from(sample["schema"].as_u64().unwrap()).unwrap();
        let payload = hex::decode(sample["payload"].as_str().unwrap()).unwrap();
        let event = Event::from_bytes(sample["kind"].as_str().unwrap(), schema, &payload).unwrap();
        let event_id = EventId([u8::try_from(position).unwrap(); 16]);
        Recorded { position: Position(position), event_id, event, ..like.clone() }
    };
    (0..).zip(fs::read_dir(folder).unwrap().map(|file| file.unwrap().path())).map(read).collect()
}

#[test]
fn every_committed_sample_is_found_by_whomever_it_names_as_an_archive_of_evidence_finds_it() {
    check(async {
        let (mut history, folder) = (History::default(), TempDir::new().unwrap());
        history.events = sampled();
        let all = open_caught_up(folder.path(), &TestLog::of_history(&history)).await;
        for name in ["ann", "bob", "nobody"] {
            let wanted = Wanted { account: Some(AccountId::new(name).unwrap()), ..Wanted::default() };
            let named = expected(&history, |it| it.event.named().accounts().any(|account| account == name));
            assert_eq!(found(&all, &wanted).await, named, "{name}");
        }
        for event in history.events.iter().map(|it| &it.event) {
            let named = event.named();
            let wanted = Wanted { task: named.task.cloned(), agent: named.agent.cloned(), ..Wanted::default() };
            let same = |it: &Recorded| {
                let other = it.event.named();
                named.task.is_none_or(|task| other.task == Some(task))
                    && named.agent.is_none_or(|agent| other.agent == Some(agent))
            };
            assert_eq!(found(&all, &wanted).await, expected(&history, same), "{}", event.kind());
        }
    });
}

#[test]
fn a_kind_its_family_a_time_and_words_narrow_a_search() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let all = open_caught_up(folder.path(), &TestLog::of_history(&history)).await;
        for (kind, _) in Event::KINDS {
            let wanted = Wanted { kind: Some((*kind).to_owned()), ..Wanted::default() };
            assert_eq!(found(&all, &wanted).await, expected(&history, |it| it.event.kind() == *kind));
        }
        let family = Wanted { kind: Some("credit".into()), ..Wanted::default() };
        let of_family = expected(&history, |it| it.event.kind().starts_with("credit."));
        assert!(!of_family.is_empty());
        assert_eq!(found(&all, &family).await, of_family);
        let (from, to) = (history.events[10].recorded_at, history.events[40].recorded_at);
        let between = Wanted { from: Some(from), to: Some(to), ..Wanted::default() };
        let of_time = expected(&history, |it| (from..=to).contains(&it.recorded_at));
        assert!(of_time.len() < history.events.len());
        assert_eq!(found(&all, &between).await, of_time);
        let words = Wanted { words: Some("Submitted TASK".into()), ..Wanted::default() };
        assert_eq!(found(&all, &words).await, expected(&history, |it| it.event.kind() == "task.submitted"));
    });
}

#[test]
fn the_search_goes_on_where_it_was_and_forgets_another_history() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let (old, new) = history.events.split_at(history.events.len() / 2);
        let log = TestLog::of(old, 7);
        open_caught_up(folder.path(), &log).await.stop().await;
        log.append(new);
        let all = open_caught_up(folder.path(), &log).await;
        assert_eq!(found(&all, &Wanted::default()).await, expected(&history, |_| true));
        all.stop().await;

        let mut other = History::default();
        other.events = old.iter().cloned().map(|it| Recorded { event_id: flipped(it.event_id), ..it }).collect();
        let all = open_caught_up(folder.path(), &TestLog::of_history(&other)).await;
        let ours = found(&all, &Wanted::default()).await;
        assert_eq!(ours, expected(&other, |_| true), "nothing of the longer history is left");
    });
}

fn flipped(id: EventId) -> EventId {
    EventId(id.0.map(|byte| !byte))
}

#[test]
fn a_damaged_index_and_one_that_is_built_again_say_the_same() {
    check(async {
        let (history, folder) = (busy_history(), TempDir::new().unwrap());
        let log = TestLog::of_history(&history);
        open_caught_up(folder.path(), &log).await.stop().await;
        let files = fs::read_dir(folder.path().join("search/index")).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|it| it.extension().is_some_and(|ending| ending == "idx" || ending == "fast")) {
            fs::write(file, "torn").unwrap();
        }
        let all = open_caught_up(folder.path(), &log).await;
        assert_eq!(found(&all, &Wanted::default()).await, expected(&history, |_| true));
        all.rebuild(Question::LogSearch, |_| {}).await.unwrap();
        assert_eq!(found(&all, &Wanted::default()).await, expected(&history, |_| true));
    });
}

#[test]
fn nothing_that_people_wrote_is_in_the_index() {
    check(async {
        let reported = [0, 1, 2, 9].map(|command| Step::Agent { agent: 0, command });
        let (history, folder) = (History::of(&reported), TempDir::new().unwrap());
        let newest = history.events.last().map(|it| &it.event);
        let Some(Event::AgentBlacklisted(report)) = newest else { panic!("nobody was reported: {newest:?}") };
        let reason = report.reason.clone();
        let all = open_caught_up(folder.path(), &TestLog::of_history(&history)).await;
        let wanted = Wanted { words: Some(reason), ..Wanted::default() };
        assert_eq!(found(&all, &wanted).await, [0; 0]);
    });
}
