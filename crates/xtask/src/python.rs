//! How is a program of PyPI had that tests need? Installed once, as pip is set up on this machine.

use crate::{
    cache, packages,
    process::{find, output_of},
};
use anyhow::Result;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A package in one version.
pub struct PythonPackage {
    pub name: &'static str,
    pub version: &'static str,
}

impl PythonPackage {
    /// Finds the package in a folder of its own, or installs it there; never into the clone, nor into the machine's
    /// Python. Answers the folder with its programs, of which one is `python`.
    pub fn programs(&self) -> Result<PathBuf> {
        let folder = cache::folder()?.join(format!("{}-{}", self.name, self.version));
        let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let python = programs.join("python");
        if !self.is_in(&python) {
            let make = || output_of(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
            if find("python3").is_none() || make().is_err() {
                // Debian has the module in a package of its own.
                packages::install("python3-venv", "python")?;
                make()?;
            }
            let wanted = format!("{}=={}", self.name, self.version);
            output_of(Command::new(&python).args(["-m", "pip", "install", "--quiet", &wanted]))?;
        }
        Ok(programs)
    }

    fn is_in(&self, python: &Path) -> bool {
        let Self { name, version } = self;
        let asked = format!("import importlib.metadata; assert importlib.metadata.version('{name}') == '{version}'");
        output_of(Command::new(python).args(["-c", &asked])).is_ok()
    }
}
