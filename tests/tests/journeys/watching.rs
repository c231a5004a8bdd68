//! A task as it is watched, stopped, and handed from one machine to another.

use crate::{
    machine::{Machine, Service, executable, wait_for},
    product::{FIRST_CREDIT, Product},
};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

const SLEEPS: &str =
    "import time\nprint('begun', flush=True)\ntime.sleep(float(__import__('sys').argv[1]))\nprint('slept')\n";
/// Longer than any journey waits.
const FOR_EVER: &str = "600";
/// Long enough to be seen at work.
const A_WHILE: &str = "3";

/// Submits a program that sleeps for so many seconds.
fn submit_sleeper(machine: &Machine, id: &str, seconds: &str) {
    let program = machine.path("sleeps.py");
    fs::write(&program, SLEEPS).unwrap();
    let code = program.to_str().unwrap();
    machine.told(&["task", "submit", "--id", id, "--code", code, "--arg", seconds, "--timeout", "600"]);
}

fn state(machine: &Machine, id: &str) -> String {
    machine.json(&["task", "show", id])["state"].as_str().unwrap().to_owned()
}

fn wait_until(machine: &Machine, id: &str, wanted: &str) {
    let mut seen = String::new();
    wait_for(&format!("{id} {wanted}"), String::new, || {
        seen = state(machine, id);
        (seen == wanted).then_some(())
    });
}

/// The ids of a task's events after `seen`, as they come; all of them, or the first `most`.
fn event_ids(product: &Product, id: &str, seen: Option<u64>, most: usize) -> Vec<u64> {
    let resumed = seen.map(|seen| format!("last-event-id: {seen}\r\n")).unwrap_or_default();
    let token = product.account_token();
    let mut stream = product.connect();
    // The older protocol version has no chunks between the lines.
    let asked = format!("GET /tasks/{id}/events HTTP/1.0\r\nhost: x\r\nauthorization: Bearer {token}\r\n{resumed}\r\n");
    stream.write_all(asked.as_bytes()).unwrap();
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.filter_map(|line| line.strip_prefix("id:").map(|id| id.trim().parse().unwrap())).take(most).collect()
}

#[test]
fn a_watcher_that_comes_back_misses_nothing_and_sees_nothing_twice() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    submit_sleeper(&product, "watched", A_WHILE);
    let mut seen: Vec<u64> = Vec::new();
    loop {
        let more = event_ids(&product, "watched", seen.last().copied(), 1);
        if more.is_empty() {
            break;
        }
        seen.extend(more);
    }
    let whole = event_ids(&product, "watched", None, usize::MAX);
    assert_eq!(seen, whole, "one connection for each event shows what one connection for all shows");
    assert!(whole.len() >= 5 && whole.is_sorted_by(|one, next| one < next), "{whole:?}");
    let newest = whole.last().copied();
    assert_eq!(event_ids(&product, "watched", newest, usize::MAX), [0; 0], "nothing comes after the end");
}

#[test]
fn a_task_that_is_cancelled_at_work_stops_and_frees_what_was_set_aside() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    submit_sleeper(&product, "unwanted", FOR_EVER);
    wait_until(&product, "unwanted", "running");
    assert!(product.wallet("local").1 > 0, "its budget is set aside");
    product.told(&["task", "cancel", "unwanted"]);
    product.told(&["task", "cancel", "unwanted"]);
    let task = product.json(&["task", "show", "unwanted"]);
    let cost = task["costMicroCredits"].as_u64().unwrap();
    assert_eq!(task["state"], "cancelled");
    assert_eq!(product.wallet("local"), (FIRST_CREDIT - cost, 0));
    assert_eq!(product.wallet("worker-1"), (cost, 0), "the time that the machine held it is paid");
    // The one slot of the one machine is free again, long before the program would have ended.
    submit_sleeper(&product, "wanted", "0");
    wait_until(&product, "wanted", "completed");
    product.verifies();
}

/// A coordinator alone, whose operator and first customer type on its machine.
struct Coordinator {
    machine: Machine,
    service: Service,
    executable: PathBuf,
}

impl Coordinator {
    fn start(executable: &Path) -> Self {
        let machine = Machine::new(executable.to_owned());
        let service = machine.start(&["run", "--mode", "coordinator"]);
        Self { machine, service, executable: executable.to_owned() }
    }

    /// A machine that was let in; it earns for a wallet of its name.
    fn worker(&self, name: &str) -> Machine {
        self.machine.json(&["account", "create", name]);
        let enrolled = self.machine.json(&["agent", "enroll", name, "--owner", name]);
        self.machine.json(&["agent", "approve", name]);
        let mut worker = Machine::new(self.executable.clone());
        let token = enrolled["registrationToken"].as_str().unwrap();
        worker.set("AGENT_ID", name).set("AGENT_REGISTRATION_TOKEN", token);
        worker.set("COORDINATOR_URL", &self.service.address());
        worker
    }
}

fn start_worker(worker: &Machine) -> Service {
    worker.start(&["run", "--mode", "worker"])
}

#[test]
fn what_a_machine_held_that_died_is_done_by_another() {
    let Some(executable) = executable() else { return };
    let coordinator = Coordinator::start(&executable);
    let (mortal, heir) = (coordinator.worker("mortal"), coordinator.worker("heir"));
    let dies = start_worker(&mortal);
    submit_sleeper(&coordinator.machine, "inherited", A_WHILE);
    wait_until(&coordinator.machine, "inherited", "running");
    dies.kill();
    let _heir = start_worker(&heir);
    wait_until(&coordinator.machine, "inherited", "completed");
    let task = coordinator.machine.json(&["task", "show", "inherited"]);
    assert_eq!(task["subtasks"][0]["attempts"], 2, "{task}");
    let cost = task["costMicroCredits"].as_u64().unwrap();
    assert_eq!(coordinator.machine.wallet("heir"), (cost, 0));
    assert_eq!(coordinator.machine.wallet("mortal"), (0, 0), "who delivers nothing earns nothing");
    assert_eq!(coordinator.machine.wallet("local"), (FIRST_CREDIT - cost, 0));
    coordinator.machine.verifies();
}

#[test]
fn a_machine_that_is_asked_to_stop_finishes_what_it_holds() {
    let Some(executable) = executable() else { return };
    let coordinator = Coordinator::start(&executable);
    let worker = coordinator.worker("steady");
    let service = start_worker(&worker);
    submit_sleeper(&coordinator.machine, "finished", A_WHILE);
    wait_until(&coordinator.machine, "finished", "running");
    service.stop();
    let task = coordinator.machine.json(&["task", "show", "finished"]);
    assert_eq!((&task["state"], &task["subtasks"][0]["attempts"]), (&"completed".into(), &1.into()), "{task}");
    let status = coordinator.machine.json(&["status"]);
    assert_eq!(status["status"]["agents"], 0, "it said good-bye: {status}");
    coordinator.machine.verifies();
}
