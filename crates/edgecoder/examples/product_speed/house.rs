//! A machine on which the product never ran: a data directory of its own and nothing of our environment.

use crate::{Outcome, running::Running};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// The task of the README; it waits until Python is prepared.
const TASK: [&str; 9] = [
    "task",
    "submit",
    "--language",
    "python",
    "--code",
    "examples/primes.py",
    "--tests",
    "examples/test_primes.py",
    "--watch",
];
const PORTS: [&str; 4] = ["COORDINATOR_PORT", "INFERENCE_PORT", "CONTROL_PLANE_PORT", "PORTAL_PORT"];
/// No model server is there, even where this machine has one.
const NOBODY: &str = "http://127.0.0.1:1";
/// Where the examples lie, seen from the manifest.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

pub struct House {
    executable: PathBuf,
    data: TempDir,
}

impl House {
    pub fn new(executable: &Path) -> Outcome<Self> {
        Ok(Self { executable: executable.canonicalize()?, data: tempfile::tempdir()? })
    }

    /// Starts everything in one process.
    pub fn start(&self) -> Outcome<Running> {
        Running::start(&mut self.command(&[]))
    }

    pub fn run_a_task(&self) -> Outcome<()> {
        let output = self.command(&TASK).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("the task of the README failed:\n{}", String::from_utf8_lossy(&output.stdout)).into())
    }

    /// How many entries the newest checkpoint covers; it follows an append within half a second.
    pub fn entries(&self) -> Outcome<u64> {
        let note = fs::read_to_string(self.data.path().join("checkpoint"))?;
        Ok(note.lines().nth(1).ok_or("a checkpoint has its size in the second line")?.parse()?)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(words).env_clear().env("PATH", "/usr/bin:/bin").env("OLLAMA_HOST", NOBODY);
        command.env("EDGECODER_DATA_DIR", self.data.path()).env("EDGECODER_LOG", "error");
        command.envs(PORTS.map(|port| (port, "0"))).current_dir(ROOT);
        command
    }
}
