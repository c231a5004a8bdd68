//! How does a service speak HTTP? Bodies in, problems out, bounded and measured.

mod body;
mod body_memory;
mod connections;
mod health;
mod idempotency_key;
mod json;
mod metrics;
mod openapi;
mod problem;
mod readers;
mod refusals;
mod server;
pub mod show_metrics;
mod text;

pub use body::whole_body;
pub use connections::Bounds;
pub use health::{health, ledger_problems};
pub use idempotency_key::AskedOnce;
pub(crate) use json::expect_json;
pub use json::{Json, Path, Query};
pub use metrics::{Metrics, measure};
pub use openapi::described;
pub use problem::Problem;
pub use refusals::Refusal;
pub use server::{MAX_BODY_BYTES, bounded, bounded_by, serve, serve_within};
pub use text::check_text;
