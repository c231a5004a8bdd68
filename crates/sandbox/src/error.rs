//! Why was nothing run?

use edgecoder_events::task::Language;
use std::io;

/// Nothing was run, or it could not be seen to its end. An abuse is a `StopReason`, not this.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the file name {path:?} is refused: {why}")]
    Path { path: String, why: &'static str },
    #[error("the job is refused: {0}")]
    Job(String),
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    #[error("preparing Python failed, try again or choose another sandbox mode: {0}")]
    Preparation(String),
    #[error("starting the confined process failed: {0}")]
    Start(#[source] io::Error),
    #[error("the workspace could not be used, check space and permissions of the runtime folder: {0}")]
    Workspace(#[source] io::Error),
    #[error("the confined process could not be followed: {0}")]
    Follow(#[source] io::Error),
    #[error("the sandbox is shutting down")]
    ShuttingDown,
}

/// This machine does not run that language in its sandbox mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{language:?} is not run on this machine: {why}")]
pub struct Unsupported {
    pub language: Language,
    pub why: String,
}
