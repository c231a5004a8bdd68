//! The machine that pulls work, runs it in a sandbox and brings results.
//!
//! Registered once, it heartbeats (`heartbeat`), pulls with as many slots as it was given (`slots`), works each lease off
//! (`lease`, `solve`) and keeps each result on disk until it is delivered (`outbox`). It fetches work itself: nobody can
//! connect to it.

mod backoff;
mod chance;
mod client;
mod coordinators;
mod diary;
mod heartbeat;
mod held;
mod http;
mod languages;
mod lease;
mod link;
mod measures;
mod outbox;
mod power;
mod reminder;
mod run;
mod settings;
mod slots;
mod solve;
mod station;

pub use client::{CallError, Refusal};
pub use http::description;
pub use run::{StartError, Worker};
pub use settings::{MAX_CONCURRENT_TASKS, WorkerSettings};
