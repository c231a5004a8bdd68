//! The need `btcd`: a Bitcoin node that a test can start, mine with, and make change its mind.

use super::Supplies;
use crate::{
    cache,
    process::{self, find, setting},
};
use anyhow::{Result, ensure};
use std::{path::Path, process::Command};

/// What the tests start.
const VARIABLE: &str = "EDGECODER_TEST_BTCD";
/// ISC.
const PROGRAM: &str = "github.com/btcsuite/btcd";
const VERSION: &str = "v0.26.2";

/// Takes the program that the variable names, or has Go build it once, outside the clone.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    if let Some(program) = setting(VARIABLE) {
        ensure!(Path::new(&program).is_file(), "{VARIABLE} names {program}, which is not there");
        return Ok(program);
    }
    let folder = cache::folder()?.join(format!("btcd-{VERSION}"));
    let program = folder.join("btcd").with_extension(std::env::consts::EXE_EXTENSION);
    if !program.is_file() {
        ensure!(find("go").is_some(), "go is not installed, which builds it; or set {VARIABLE} to a btcd");
        let mut go = Command::new("go");
        go.args(["install", &format!("{PROGRAM}@{VERSION}")]).env("GOBIN", &folder).current_dir(std::env::temp_dir());
        process::output_of(&mut go)?;
    }
    supplies.export(VARIABLE, program.display().to_string());
    Ok(format!("btcd {VERSION}"))
}
