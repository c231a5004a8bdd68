//! What shall be run?

use crate::Limits;
use edgecoder_events::task::Language;
use serde::{Deserialize, Serialize};

/// One program and everything that it may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    pub language: Language,
    pub files: Vec<JobFile>,
    pub run: Run,
    /// Arguments after the script's own name.
    pub args: Vec<String>,
    /// What the program reads from its standard input.
    pub stdin: Vec<u8>,
    pub limits: Limits,
}

/// A file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobFile {
    /// Relative to the workspace, with `/` between names.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What of the files is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Run {
    /// One file, as `python path` or `node path` would.
    Script { path: String },
    /// Test files. Python: `unittest` cases and plain `test_*` functions. JavaScript: `node:test`, or a file that throws.
    Tests { paths: Vec<String> },
}

impl Run {
    /// The files that are run.
    pub fn paths(&self) -> &[String] {
        match self {
            Self::Script { path } => std::slice::from_ref(path),
            Self::Tests { paths } => paths,
        }
    }
}
