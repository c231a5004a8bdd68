//! The need `btcd`: a Bitcoin node that a test can start, mine with, and make change its mind.

use super::Supplies;
use crate::{btcd, process::setting};
use anyhow::{Context, Result, ensure};
use std::path::Path;

/// What the tests start.
const VARIABLE: &str = "EDGECODER_TEST_BTCD";

/// Takes the program that the variable names, or has Go build it.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    if let Some(program) = setting(VARIABLE) {
        ensure!(Path::new(&program).is_file(), "{VARIABLE} names {program}, which is not there");
        return Ok(program);
    }
    let folder = btcd::programs().with_context(|| format!("or set {VARIABLE} to a btcd"))?;
    supplies.export(VARIABLE, btcd::program_in(&folder, "btcd").display().to_string());
    Ok(format!("btcd {}", btcd::VERSION))
}
