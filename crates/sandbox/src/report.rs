//! What came of a run?

use crate::JobFile;
use serde::{Deserialize, Serialize};

/// What a run printed, changed and ended with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    pub stdout: String,
    pub stderr: String,
    /// The program's own exit code; [`RunReport::NO_EXIT_CODE`] where it never came to one.
    pub exit_code: i32,
    /// From the moment that the program could begin, in milliseconds of wall clock.
    pub duration_ms: u64,
    pub reason: StopReason,
    /// What the test runner found; absent for scripts and where the run was stopped.
    pub tests: Option<TestReport>,
    /// Regular files that the program made or changed.
    pub changed_files: Vec<JobFile>,
    /// Some output or some changed file was left out of this report.
    pub truncated: bool,
}

impl RunReport {
    /// Stands for the exit code of a program that was stopped.
    pub const NO_EXIT_CODE: i32 = -1;

    /// The program came to its own end and was content with it.
    pub fn succeeded(&self) -> bool {
        self.reason == StopReason::Finished && self.exit_code == 0
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It came to its own end; the exit code tells which.
    Finished,
    /// It ran longer than its limit of wall clock.
    TimedOut,
    /// It needed more memory than its limit.
    OutOfMemory,
    /// It printed more than its limit.
    OutputLimit,
    /// It wrote more into its workspace than its limit.
    WorkspaceLimit,
    /// The caller cancelled it.
    Killed,
    /// The interpreter itself ended: a trap, an abort, a stack that ran out.
    RuntimeCrashed,
}

/// What the test runner found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestReport {
    pub passed: u32,
    pub failures: Vec<TestFailure>,
}

/// A test that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestFailure {
    pub name: String,
    pub message: String,
}
