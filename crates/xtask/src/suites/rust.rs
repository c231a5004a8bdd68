//! The suite `rust`: the tests beside the code, of every crate but the system tests.

use super::Supplies;
use crate::{
    process::{cargo, run_and_read},
    tally::Tally,
};
use anyhow::{Result, ensure};
use std::process::Command;

/// Runs them all, or those that have `name` in their path.
pub fn run(supplies: &mut Supplies, name: Option<&str>) -> Result<Tally> {
    let mut command = cargo();
    command.args(["test", "--release", "--locked", "--workspace", "--exclude", "edgecoder-system-tests"]);
    command.arg("--no-fail-fast").args(name);
    count(supplies.outfit(command))
}

/// Runs the tests that need one thing: their path names it.
pub fn run_named_after(supplies: &mut Supplies, need: &str) -> Result<Tally> {
    let name = need.replace('-', "_");
    let tally = run(supplies, Some(&name))?;
    ensure!(tally.found() > 0, "no test has {name} in its path");
    Ok(tally)
}

/// Runs cargo's tests and adds up its verdicts; a build that fails is one failure.
pub fn count(mut command: Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let status = run_and_read(&mut command, |line| tally += Tally::of_cargo_line(line))?;
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
