//! How long does a search take of somebody who has 100,000 tasks? Prints one line per question.
#![expect(clippy::unwrap_used, reason = "an example stops at the first thing that does not hold")]

#[path = "../tests/rules/history.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod history;
#[path = "../tests/rules/test_log.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod test_log;

use edgecoder_events::{Position, task::WorkKind};
use edgecoder_measuring::{forget_peak, peak};
use edgecoder_projections::{PageRequest, Projections, Question, TablesIn, task_board::TaskState, task_search::Wanted};
use history::{History, Step, account_name};
use std::time::{Duration, Instant};
use test_log::TestLog;

const TASKS: usize = 100_000;
const BATCH: usize = 1_024;
const PAGE: usize = 50;
const TRIES: usize = 200;
const LONG: Duration = Duration::from_mins(30);

/// Every third one is cancelled.
fn task(number: usize) -> Vec<Step> {
    let project = u8::try_from(number % 50).unwrap();
    let work = WorkKind::Program;
    let mut steps = vec![Step::Submit { account: 0, project, priority: 50, model: None, work, gpu: false, shape: 0 }];
    steps.extend((number.is_multiple_of(3)).then_some(Step::Cancel { task: number }));
    steps
}

#[tokio::main]
async fn main() {
    let history = History::of(&(0..TASKS).flat_map(task).collect::<Vec<_>>());
    let (log, directory) = (TestLog::of(&history.events, BATCH), tempfile::tempdir().unwrap());
    let [tables, search] = ["projections.db", "search"].map(|it| directory.path().join(it));
    forget_peak();
    let begin = Instant::now();
    let all = Projections::start(&log, TablesIn::File(&tables), &search).await.unwrap();
    all.wait_until(Question::TaskSearch, Position(log.head().0 - 1), LONG).await.unwrap();
    println!("{} events taken in: {:.2} s, peak memory {}", log.head().0, begin.elapsed().as_secs_f64(), peak());
    let any = Wanted::default;
    let middle = Some(Position(log.head().0 / 2));
    for (name, wanted, after) in [
        ("the first page", any(), None),
        ("a page in the middle", any(), middle),
        ("in a state", Wanted { state: Some(TaskState::Cancelled), ..any() }, None),
        ("a word of every task", Wanted { text: Some("sort".to_owned()), ..any() }, None),
        ("a word of one task", Wanted { text: Some("77777".to_owned()), ..any() }, None),
    ] {
        let (mut times, page) = (vec![], PageRequest::new(after, PAGE));
        let mut matching = 0;
        forget_peak();
        for _ in 0..TRIES {
            let begin = Instant::now();
            let found = all.task_search().find(&account_name(0), &wanted, &page).await.unwrap();
            times.push(begin.elapsed());
            matching = found.counts.values().sum::<u64>();
        }
        times.sort();
        let of = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{name:>22} ({matching} match): p50 {:?}, p95 {:?}; peak memory {}", of(50), of(95), peak());
    }
    all.stop().await;
}
