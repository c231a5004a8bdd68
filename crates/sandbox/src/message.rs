//! What do parent and child tell each other?
//!
//! The parent sends an [`Assignment`], then (to an interpreter) one [`Order`]; the child answers with [`Answer`]s. All
//! are JSON frames. What the program prints does not pass here but through the child's real output pipes.

use crate::{Limits, Run, TestReport};
use edgecoder_events::task::Language;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What a child is for. Known before any job, so that the child can start, lock itself down and wait.
#[derive(Debug, Serialize, Deserialize)]
pub enum Assignment {
    /// Make the prepared Python in `dir`.
    Prepare { dir: PathBuf },
    /// Run one job.
    Interpret { language: Language, prepared_python: Option<PathBuf>, workspace: PathBuf },
}

/// The job itself; its files are in the workspace already.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub run: Run,
    pub args: Vec<String>,
    pub stdin: Vec<u8>,
    pub limits: Limits,
}

/// What a child says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Preparing came this far.
    Preparing(PrepareStep),
    /// Preparing is done.
    Prepared,
    /// The child could not do what it is for.
    Unable(String),
    /// The interpreter is started and locked down; the program begins.
    Begun,
    /// The program ended.
    Ended(Ending),
}

/// How a program ended, as the interpreter saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    pub exit_code: i32,
    pub how: EndedBy,
    pub tests: Option<TestReport>,
}

/// What brought a program to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    Itself,
    OutOfMemory,
    RuntimeCrash,
}

/// How far the preparation of Python is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrepareStep {
    /// Another process prepares the same; waiting for it.
    Waiting,
    /// The standard library is unpacked.
    Unpacking,
    /// The interpreter starts and imports the common modules.
    Starting,
    /// It is compiled for this machine.
    Compiling,
}
