//! The process dies in the middle of its work: nothing that was acknowledged is lost or doubled.

use crate::{
    attacks::ask::{Ask, reach},
    machine::executable,
    product::{FIRST_CREDIT, Product},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::mpsc::{Sender, channel},
    thread,
};

const CRASHES: usize = 3;
/// Tasks of a round that are acknowledged, and of which one has ended, before more come in.
const FIRST: usize = 12;
/// How many submit while the process is killed, each one task after the other.
const SUBMITTERS: usize = 4;
/// The most tasks of one submitter in a round.
const MOST_EACH: usize = 24;
/// How many of the submitters' tasks are acknowledged before the kill.
const BEFORE_THE_KILL: usize = 6;
/// What a task may cost, in millionths of a credit: the first credit pays for all that there may be, whenever they end.
const MOST_COST: u64 = 30_000_000;
/// The longest page of tasks.
const PAGE: usize = 200;
const MOST_PAGES: usize = CRASHES * (FIRST + SUBMITTERS * MOST_EACH) / PAGE + 1;

#[test]
fn every_acknowledged_task_ends_and_is_paid_once_whenever_the_process_is_killed() {
    let Some(executable) = executable() else { return };
    every_task_survives_on(&mut Product::new(executable));
}

/// Crashes, and what must be there after them, wherever the ledger is.
pub fn every_task_survives_on(product: &mut Product) {
    product.start();
    let mut acknowledged = BTreeSet::new();
    let mut repeated = 0;
    for crash in 0..CRASHES {
        acknowledged.extend(submitted_and_begun(product, crash));
        let killed = kill_amid_submissions(product, crash);
        product.start();
        assert!(killed.acknowledged.len() >= BEFORE_THE_KILL, "only {:?} were acknowledged", killed.acknowledged);
        acknowledged.extend(killed.acknowledged);
        // Who got no answer asks again: whether it was recorded or not, it is one task from now on.
        repeated += killed.unanswered.len();
        let submitter = Submitter::of(product);
        for name in killed.unanswered {
            submitter.must_submit(&name);
            acknowledged.insert(name);
        }
    }
    assert!(repeated > 0, "no submission was under way at any of the kills");
    let ended = product.wait_for("the end of every task", |product| {
        let over = |task: &Value| matches!(task["state"].as_str().unwrap(), "completed" | "failed" | "cancelled");
        Some(tasks(product)).filter(|tasks| tasks.iter().all(over))
    });
    let names: BTreeSet<String> = ended.iter().map(name_of).collect();
    assert!(acknowledged.is_subset(&names), "acknowledged, but not there: {:?}", acknowledged.difference(&names));
    assert!(ended.iter().all(is_completed), "{ended:?}");
    let cost: u64 = ended.iter().map(|task| task["costMicroCredits"].as_u64().unwrap()).sum();
    assert_eq!(product.wallet("worker-1"), (cost, 0));
    assert_eq!(product.wallet("local"), (FIRST_CREDIT - cost, 0));
    product.verifies();
}

/// Tasks of which one has ended, so that results come in from now on.
fn submitted_and_begun(product: &Product, crash: usize) -> Vec<String> {
    let names: Vec<String> = (0..FIRST).map(|number| format!("task-{crash}-first-{number}")).collect();
    let submitter = Submitter::of(product);
    for name in &names {
        submitter.must_submit(name);
    }
    product.wait_for("the first result of a round", |product| {
        tasks(product).iter().any(|task| is_completed(task) && names.contains(&name_of(task))).then_some(())
    });
    names
}

/// What the submitters know of a kill.
struct Killed {
    acknowledged: Vec<String>,
    /// The process ended between the question and the answer.
    unanswered: Vec<String>,
}

fn kill_amid_submissions(product: &mut Product, crash: usize) -> Killed {
    let submitter = &Submitter::of(product);
    thread::scope(|scope| {
        let (said, heard) = channel();
        let submitting: Vec<_> = (0..SUBMITTERS)
            .map(|one| {
                let said = said.clone();
                let names = (0..MOST_EACH).map(move |number| format!("task-{crash}-{one}-{number}"));
                scope.spawn(move || submitter.submits_until_the_end(names, &said))
            })
            .collect();
        drop(said);
        let mut acknowledged: Vec<String> = heard.iter().take(BEFORE_THE_KILL).collect();
        product.kill();
        acknowledged.extend(heard);
        let unanswered = submitting.into_iter().filter_map(|one| one.join().unwrap()).collect();
        Killed { acknowledged, unanswered }
    })
}

/// What became of a submission.
#[derive(Debug, PartialEq, Eq)]
enum Submitted {
    Acknowledged,
    Unanswered,
    NobodyThere,
}

/// Somebody who submits over HTTP, as fast as the answers come.
struct Submitter {
    address: String,
    token: String,
}

impl Submitter {
    fn of(product: &Product) -> Self {
        Self { address: product.address(), token: product.account_token() }
    }

    fn submits(&self, name: &str) -> Submitted {
        let Ok(stream) = reach(&self.address) else { return Submitted::NobodyThere };
        let answer = Ask::post("/submit", &program(name)).bearer(&self.token).send_over(stream);
        let Ok(answer) = answer else { return Submitted::Unanswered };
        answer.success();
        Submitted::Acknowledged
    }

    fn must_submit(&self, name: &str) {
        assert_eq!(self.submits(name), Submitted::Acknowledged, "{name}");
    }

    /// Says what is acknowledged; the task that got no answer, where there is one.
    fn submits_until_the_end(&self, names: impl Iterator<Item = String>, said: &Sender<String>) -> Option<String> {
        for name in names {
            match self.submits(&name) {
                Submitted::Acknowledged => said.send(name).unwrap(),
                Submitted::Unanswered => return Some(name),
                Submitted::NobodyThere => return None,
            }
        }
        None
    }
}

fn program(name: &str) -> Value {
    let (code, tests) = (include_str!("../../../examples/primes.py"), include_str!("../../../examples/test_primes.py"));
    json!({
        "taskId": name,
        "files": [{ "path": "primes.py", "content": code }, { "path": "test_primes.py", "content": tests }],
        "tests": ["test_primes.py"],
        "maxCostMicroCredits": MOST_COST,
    })
}

fn tasks(product: &Product) -> Vec<Value> {
    let (limit, mut before, mut tasks) = (PAGE.to_string(), None::<String>, vec![]);
    for _ in 0..MOST_PAGES {
        let mut words = vec!["task", "list", "--limit", &limit];
        words.extend(before.iter().flat_map(|before| ["--before", before]));
        let page = product.json(&words);
        tasks.extend(page["tasks"].as_array().unwrap().iter().cloned());
        before = page["next"].as_str().map(str::to_owned);
        if before.is_none() {
            break;
        }
    }
    tasks
}

fn name_of(task: &Value) -> String {
    task["taskId"].as_str().unwrap().to_owned()
}

fn is_completed(task: &Value) -> bool {
    task["state"] == "completed"
}
