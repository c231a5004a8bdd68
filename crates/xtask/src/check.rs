//! Is the tree as it should be, short of running the tests?

use crate::process;
use anyhow::Result;
use std::time::Instant;

/// One check: its name, and how cargo is called.
type Check = (&'static str, &'static [&'static str]);

const CHECKS: [Check; 3] = [
    ("format", &["fmt", "--all", "--check"]),
    ("clippy", &["clippy", "--release", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    (
        "floors",
        &["test", "--release", "--locked", "--quiet", "--package", "edgecoder-system-tests", "--test", "floors"],
    ),
];

/// Checks of tools that need not be there: the floors hold the same rules without them.
const WHERE_INSTALLED: [(&str, Check); 2] =
    [("cargo-deny", ("deny", &["deny", "check"])), ("cargo-machete", ("machete", &["machete"]))];

/// Runs every check, so that one run tells everything, and closes with a line for each.
pub fn run() -> Result<bool> {
    let installed = WHERE_INSTALLED.iter().filter(|(program, _)| process::find(program).is_some());
    let mut lines = Vec::new();
    let mut all_well = true;
    for (name, arguments) in CHECKS.iter().chain(installed.map(|(_, check)| check)) {
        let started = Instant::now();
        let well = process::run(process::cargo().args(*arguments))?.success();
        let verdict = if well { "ok" } else { "FAILED" };
        lines.push(format!("check {name:<8} {verdict:<6} {:>6.1} s", started.elapsed().as_secs_f64()));
        all_well &= well;
    }
    println!("{}", lines.join("\n"));
    Ok(all_well)
}
