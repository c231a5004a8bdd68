//! How does a missing program come onto this machine? From its own package manager, as Debian or Homebrew name it.

use crate::process::{find, is_root, run};
use anyhow::{Result, bail, ensure};
use std::{process::Command, sync::Once};

static UPDATED: Once = Once::new();

/// Installs a package; the error says what a person could do instead.
pub fn install(debian: &str, homebrew: &str) -> Result<()> {
    if find("apt-get").is_some() {
        ensure!(is_root(), "run `sudo apt-get install {debian}` first");
        UPDATED.call_once(|| {
            // Without fresh lists the install below still finds what the old ones name, or says why not.
            let _ = run(&mut apt_get(&["update"]));
        });
        return succeed(apt_get(&["install", "--yes", "--no-install-recommends", debian]), debian);
    }
    if find("brew").is_some() {
        let mut brew = Command::new("brew");
        brew.args(["install", homebrew]);
        return succeed(brew, homebrew);
    }
    bail!("neither apt-get nor brew is here to install {debian}")
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet").args(arguments);
    command
}

fn succeed(mut command: Command, package: &str) -> Result<()> {
    ensure!(run(&mut command)?.success(), "{} could not install {package}", command.get_program().display());
    Ok(())
}
