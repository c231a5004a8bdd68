//! The suite `rust`: the tests beside the code, of every crate but the system tests.

use super::{PATIENCE, Supplies};
use crate::{
    process::{self, cargo},
    tally::Tally,
};
use anyhow::{Result, ensure};
use std::process::Command;

/// Examples hold no tests: they are benches, each as long in the making as a service. `cargo xtask check` looks at them.
const WITHOUT_EXAMPLES: [&str; 3] = ["--lib", "--bins", "--tests"];

/// Runs them all.
pub fn run(supplies: &mut Supplies) -> Result<Tally> {
    // On its own, because compiling says nothing on the output whose silence is watched.
    let mut build = tests();
    build.args(WITHOUT_EXAMPLES).arg("--no-run");
    ensure!(process::run(&mut supplies.outfit(build))?.success(), "the tests do not build");
    let mut beside_the_code = tests();
    beside_the_code.args(WITHOUT_EXAMPLES);
    let mut in_documentation = tests();
    in_documentation.arg("--doc");
    let mut tally = count(supplies.outfit(beside_the_code))?;
    tally += count(supplies.outfit(in_documentation))?;
    Ok(tally)
}

/// Runs the tests that need one thing: their path names it. This tool's own tests only speak of it.
pub fn run_named_after(supplies: &mut Supplies, need: &str) -> Result<Tally> {
    let name = need.replace('-', "_");
    let mut command = tests();
    command.args(["--exclude", "edgecoder-xtask", &name]);
    let tally = count(supplies.outfit(command))?;
    ensure!(tally.found() > 0, "no test has {name} in its path");
    Ok(tally)
}

fn tests() -> Command {
    let mut command = cargo();
    command.args(["test", "--release", "--locked", "--workspace", "--exclude", "edgecoder-system-tests"]);
    command.arg("--no-fail-fast");
    command
}

/// Runs cargo's tests and adds up its verdicts; a build that fails is one failure.
pub fn count(mut command: Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let status = process::run_and_read(&mut command, PATIENCE, |line| tally += Tally::of_cargo_line(line))?;
    if !status.success() && tally.failed == 0 {
        tally += Tally::one_failed();
    }
    Ok(tally)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn count_script(script: &str) -> Tally {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        count(command).unwrap()
    }

    #[test]
    fn the_verdicts_of_several_binaries_are_added() {
        let script = "echo 'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured'; \
                      echo 'test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured'; exit 101";
        assert_eq!(count_script(script), Tally { passed: 5, failed: 1, skipped: 1 });
    }

    #[test]
    fn a_build_that_fails_is_one_failure() {
        assert_eq!(count_script("exit 101"), Tally::one_failed());
    }
}
