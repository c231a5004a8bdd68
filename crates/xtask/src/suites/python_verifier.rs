//! The suite `python-verifier`: the tests of the verifier that an auditor reads, in Python's own unittest.

use super::{PATIENCE, Supplies};
use crate::{process, tally::Tally};
use anyhow::{Result, ensure};
use std::process::Command;

/// unittest reports to stderr; a shell joins the streams so that we can count.
const VERIFY: &str = "exec python3 -m unittest discover --verbose --start-directory docs 2>&1";

/// Runs every `docs/test_*.py`.
pub fn run(supplies: &mut Supplies) -> Result<Tally> {
    let mut command = Command::new("sh");
    command.args(["-c", VERIFY]);
    let mut tally = Tally::default();
    let count = |line: &str| tally += Tally::of_unittest_line(line);
    let status = process::run_and_read(&mut supplies.outfit(command), PATIENCE, count)?;
    ensure!(status.success() || tally.failed > 0, "the tests of docs/verify_ledger.py could not be run");
    ensure!(tally.found() > 0, "docs/verify_ledger.py has no tests in docs/test_*.py");
    Ok(tally)
}
