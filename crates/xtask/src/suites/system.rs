//! The suite `system`: the rules of the tree, and journeys through the built product.

use super::{Supplies, rust};
use crate::{process, tally::Tally, workspace::Workspace};
use anyhow::{Result, ensure};
use std::process::Command;

/// The package and the program.
const PRODUCT: &str = "edgecoder";

/// Builds the product, tells the journeys where it is, and runs them.
pub fn run(supplies: &mut Supplies) -> Result<Tally> {
    let workspace = Workspace::read()?;
    if workspace.members.iter().any(|member| member == PRODUCT) {
        let mut build = process::cargo();
        build.args(["build", "--release", "--locked", "--package", PRODUCT]);
        ensure!(process::run(&mut supplies.outfit(build))?.success(), "{PRODUCT} does not build");
        supplies.export("EDGECODER_BIN", workspace.program(PRODUCT).display().to_string());
    }
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
