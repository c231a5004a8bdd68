//! The need `sandbox-process`: what the sandbox of that name runs programs under.

use super::Supplies;
use crate::{packages, process};
use anyhow::{Context, Result};
use std::process::Command;

/// Finds or installs bubblewrap; macOS brings its own sandbox.
pub fn provide(_: &mut Supplies) -> Result<String> {
    if cfg!(target_os = "macos") {
        return process::find("sandbox-exec").map(|_| "sandbox-exec".into()).context("sandbox-exec is not on the path");
    }
    if process::find("bwrap").is_none() {
        packages::install("bubblewrap", "bubblewrap")?;
    }
    process::output_of(Command::new("bwrap").arg("--version"))
}
