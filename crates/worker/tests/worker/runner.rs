//! How are the journeys run and told about? As the usual test runner does it.

use crate::house::House;
use std::{pin::Pin, process::ExitCode, sync::Arc, time::Duration};

/// A journey that takes longer hangs.
const MAX_JOURNEY: Duration = Duration::from_mins(2);

pub type Steps = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A test: its name says the rule that it proves.
pub struct Journey {
    pub name: &'static str,
    pub steps: fn(Arc<House>) -> Steps,
}

/// Runs the journeys whose name contains a word of the command line, one after the other.
pub fn run(journeys: Vec<Journey>) -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let (chosen, left_out): (Vec<_>, Vec<_>) = journeys.into_iter().partition(|it| is_wanted(it.name));
    println!("\nrunning {} tests", chosen.len());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made at the start of a process");
    let (mut passed, mut failed) = (0, 0);
    let house = runtime.block_on(House::open());
    for journey in chosen {
        let steps = (journey.steps)(Arc::clone(&house));
        let outcome = runtime.block_on(async { tokio::spawn(tokio::time::timeout(MAX_JOURNEY, steps)).await });
        let ok = matches!(outcome, Ok(Ok(())));
        println!("test {} ... {}", journey.name, if ok { "ok" } else { "FAILED" });
        (passed, failed) = if ok { (passed + 1, failed) } else { (passed, failed + 1) };
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    let filtered = left_out.len();
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored; 0 measured; {filtered} filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
