//! The suite `system`: the rules of the tree, and journeys through the built product.

use super::{Supplies, product, rust};
use crate::{process, tally::Tally};
use anyhow::{Result, ensure};
use std::process::Command;

/// Builds the product, tells the journeys where it is, and runs them.
pub fn run(supplies: &mut Supplies) -> Result<Tally> {
    product::build(supplies)?;
    let mut build = tests();
    build.arg("--no-run");
    ensure!(process::run(&mut supplies.outfit(build))?.success(), "the journeys do not build");
    rust::count(supplies.outfit(tests()))
}

fn tests() -> Command {
    let mut command = process::cargo();
    command.args(["test", "--release", "--locked", "--no-fail-fast", "--package", "edgecoder-system-tests"]);
    command
}
