//! How fast is it? Runs the benches of the workspace, all or one by name.

use crate::{process, workspace::Workspace};
use anyhow::{Result, ensure};

/// Runs benches one after the other, so that they do not disturb each other.
pub fn run(name: Option<&str>) -> Result<bool> {
    let benches = Workspace::read()?.benches;
    let known: Vec<_> = benches.iter().map(|(_, bench)| bench.as_str()).collect();
    let chosen: Vec<_> = benches.iter().filter(|(_, bench)| name.is_none_or(|name| name == bench)).collect();
    ensure!(!chosen.is_empty(), "no such bench; there are: {}", known.join(", "));
    let mut all_well = true;
    for (package, bench) in chosen {
        all_well &= process::run(process::cargo().args(["bench", "--package", package, "--bench", bench]))?.success();
    }
    Ok(all_well)
}
