//! How does a job run in the machine's own interpreters?
use crate::*;
pub mod bubblewrap {
    pub fn check(_: edgecoder_events::task::Language) -> Result<(), String> {
        Err("x".into())
    }
}
pub mod docker {
    pub fn check() -> Result<(), String> {
        Err("x".into())
    }
}
pub fn interpreter_of(_: edgecoder_events::task::Language) -> Result<(), String> {
    Err("x".into())
}
pub async fn run(
    _: edgecoder_events::agent::SandboxMode,
    _: &SandboxSettings,
    _: &Job,
    _: &tokio_util::sync::CancellationToken,
) -> Result<RunReport, SandboxError> {
    Err(SandboxError::ShuttingDown)
}
