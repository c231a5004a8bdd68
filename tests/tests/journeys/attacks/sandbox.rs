//! What can a program of a stranger do to the machine that runs it? Read, connect, start, fill, or never end.

use super::{ask::Ask, house::House, machine::Machine};
use edgecoder_events::agent::SandboxMode;
use serde_json::{Value, json};

/// A program, the name of its file, and the reason for which its run must end.
struct Abuse {
    file: &'static str,
    code: &'static str,
    reason: &'static str,
}

const ABUSES: [Abuse; 6] = [
    Abuse { file: "endless.py", code: "while True: pass", reason: "timed_out" },
    Abuse { file: "greedy.py", code: "x = bytearray(10 * 2 ** 30)", reason: "out_of_memory" },
    Abuse { file: "loud.py", code: "while True: print('x' * 100)", reason: "output_limit" },
    Abuse { file: "endless.js", code: "for (;;) {}", reason: "timed_out" },
    Abuse { file: "loud.js", code: "for (;;) console.log('x'.repeat(100))", reason: "output_limit" },
    Abuse {
        file: "wide.js",
        code: "const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync(`f${i}`, 'x'.repeat(1e6));",
        reason: "workspace_limit",
    },
];

/// For programs that never end, and for those that must reach another limit first, however slow the machine.
const SHORT_MS: u64 = 2_000;
const LONG_MS: u64 = 60_000;

/// Each attempt prints `refused` where it fails; the words before the colon are the attempt.
const NOSY_PYTHON: &str = r#"
import os, socket, subprocess
e = eval
attempts = {
    "password file": lambda: open("/etc/passwd").read(),
    "upward": lambda: open("../../../etc/passwd").read(),
    "own memory": lambda: open("/proc/self/environ").read(),
    "through a subclass": lambda: e("[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0]('id')"),
    "connection": lambda: socket.create_connection(("127.0.0.1", 22), 1),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true") and None or os.popen("true"),
    "fork": lambda: os.fork(),
}
for name, attempt in attempts.items():
    try:
        print(name + ":", "done", attempt())
    except BaseException:
        print(name + ": refused")
print("secrets:", [name for name in os.environ if "TOKEN" in name or "EDGECODER" in name])
"#;
const NOSY_JAVASCRIPT: &str = r#"
const attempts = {
  "process through a constructor": () => console.log.constructor("return process")().mainModule.require("fs"),
  "password file": () => require("fs").readFileSync("/etc/passwd"),
  "upward": () => require("fs").readFileSync("../../etc/passwd"),
  "programs": () => require("child_process").execSync("id"),
  "network": () => require("net").connect(22),
};
for (const [name, attempt] of Object.entries(attempts)) {
  try { console.log(name + ": done " + attempt()); } catch { console.log(name + ": refused"); }
}
"#;

#[test]
fn a_strangers_program_reads_starts_and_fills_nothing_and_ends() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 10_000);
    let token = house.admitted("ann");
    let _worker = house.worker("ann", &token, &[("MAX_CONCURRENT_TASKS", "2")]);
    let run = |file: &str, code: &str, limit_ms: u64| {
        let files = json!([{ "path": file, "content": code }]);
        let body = json!({ "taskId": file, "files": files, "timeoutMs": limit_ms });
        house.ask(&Ask::post("/submit", &body).bearer(&customer)).success();
    };
    for abuse in &ABUSES {
        run(abuse.file, abuse.code, if abuse.reason == "timed_out" { SHORT_MS } else { LONG_MS });
    }
    run("nosy.py", NOSY_PYTHON, LONG_MS);
    run("nosy.js", NOSY_JAVASCRIPT, LONG_MS);
    for abuse in &ABUSES {
        let report = report(&house, abuse.file);
        assert_eq!((&report["verdict"], &report["reason"]), (&json!("failed"), &json!(abuse.reason)), "{}", abuse.file);
    }
    for name in ["nosy.py", "nosy.js"] {
        let report = report(&house, name);
        let said = report["stdout"].as_str().unwrap();
        assert!(said.lines().count() >= 5, "{report}");
        let done: Vec<&str> = said.lines().filter(|line| !line.ends_with("refused")).collect();
        assert!(done.iter().all(|line| *line == "secrets: []"), "{done:?}");
    }
}

#[test]
fn work_of_strangers_is_never_run_without_a_sandbox() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let (token, mut ann) = (house.admitted("ann"), Machine::new("ann", 1));
    let registration =
        edgecoder_wire::agents::Register { sandbox_mode: SandboxMode::None, ..ann.registration(Some(&token)) };
    house.ask(&ann.signed("/register", &registration)).success();
    house.submit(&customer, "task-1").success();
    assert_eq!(house.ask(&ann.pull(0)).problem(), (403, "sandbox_required".into()));
}

fn report(house: &House, name: &str) -> Value {
    let task = house.ended(name);
    let report = task["subtasks"][0]["report"].clone();
    assert!(report.is_object(), "{task}");
    report
}
