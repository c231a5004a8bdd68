//! Where does a Bitcoin node come from? Go builds btcd once, outside the clone.

use crate::{
    cache,
    process::{self, find},
};
use anyhow::{Result, ensure};
use std::{path::PathBuf, process::Command};

/// ISC.
const MODULE: &str = "github.com/btcsuite/btcd";
pub const VERSION: &str = "v0.26.2";
/// The node, and what asks it.
const PROGRAMS: [(&str, &str); 2] = [("btcd", ""), ("btcctl", "/cmd/btcctl")];

/// The folder with `btcd` and `btcctl`.
pub fn programs() -> Result<PathBuf> {
    let folder = cache::folder()?.join(format!("btcd-{VERSION}"));
    for (program, package) in PROGRAMS {
        if !program_in(&folder, program).is_file() {
            ensure!(find("go").is_some(), "go is not installed, which builds {program}");
            let mut go = Command::new("go");
            go.args(["install", &format!("{MODULE}{package}@{VERSION}")]).env("GOBIN", &folder);
            process::output_of(go.current_dir(std::env::temp_dir()))?;
        }
    }
    Ok(folder)
}

/// The file of a program.
pub fn program_in(folder: &std::path::Path, program: &str) -> PathBuf {
    folder.join(program).with_extension(std::env::consts::EXE_EXTENSION)
}
