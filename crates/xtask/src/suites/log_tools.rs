//! The need `log-tools`: programs over other people's libraries that verify a served log, and witness one (Go, Apache-2.0 and BSD).

use super::Supplies;
use crate::{
    cache,
    process::{self, find, setting},
};
use anyhow::{Result, ensure};
use std::{path::Path, process::Command};

/// The folder with the programs.
const VARIABLE: &str = "EDGECODER_TEST_LOG_TOOLS";
/// The log checker of transparency-dev, as it is published.
const FSCK: &str = "github.com/transparency-dev/tessera/cmd/fsck";
const FSCK_VERSION: &str = "v1.0.4";
/// A few lines of ours over the Go project's `sumdb/note` and `sumdb/tlog`.
const OWN: &str = "tests/go";

/// Takes the folder that the variable names, or has Go build the programs outside the clone.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    if let Some(folder) = setting(VARIABLE) {
        ensure!(Path::new(&folder).join("fsck").is_file(), "{VARIABLE} names {folder}, which holds no fsck");
        return Ok(folder);
    }
    ensure!(find("go").is_some(), "go is not installed, which builds them; or set {VARIABLE} to a folder of them");
    let folder = cache::folder()?.join(format!("log-tools-{FSCK_VERSION}"));
    let fsck = folder.join("fsck").with_extension(std::env::consts::EXE_EXTENSION);
    if !fsck.is_file() {
        let mut go = Command::new("go");
        go.args(["install", &format!("{FSCK}@{FSCK_VERSION}")]).env("GOBIN", &folder).current_dir(std::env::temp_dir());
        process::output_of(&mut go)?;
    }
    // Go's own cache makes this a matter of a second where nothing changed.
    process::output_of(Command::new("go").args(["install", "./..."]).env("GOBIN", &folder).current_dir(OWN))?;
    supplies.export(VARIABLE, folder.display().to_string());
    Ok(format!("fsck {FSCK_VERSION} and {OWN}"))
}
