//! How is a stranger's Python or JavaScript run so that it harms nobody?
//!
//! A [`Job`] is files and what to run of them. [`Sandbox::run`] writes the files into a fresh folder, runs them in a
//! child process that is confined as [`SandboxMode`](edgecoder_events::agent::SandboxMode) says, kills it at its
//! limits, and answers with a [`RunReport`]. An abuse is not an error: it ends the run with a [`StopReason`].
//! Nothing of one job is there for the next.

mod child;
#[cfg(target_os = "linux")]
mod deleted;
mod disk;
mod error;
mod frame;
mod job;
mod limits;
mod lockdown;
mod message;
mod modes;
mod preparation;
mod prepared;
mod report;
mod sandbox;
mod settings;
mod spares;
mod supervise;
mod verdict;
mod wasm;
mod workspace;

pub use child::child_main;
pub use error::{SandboxError, Unsupported};
pub use job::{Job, JobFile, Run};
pub use limits::Limits;
pub use message::PrepareStep;
pub use preparation::{PrepareProgress, Readiness};
pub use report::{RunReport, StopReason, TestFailure, TestReport};
pub use sandbox::Sandbox;
pub use settings::{ChildCommand, SandboxSettings};
