//! Journeys through the built product: what people type, with a fresh data directory and free ports.
//!
//! `EDGECODER_BIN` names the executable; `cargo xtask test` builds it and sets it. Without it the journeys take the one that
//! was built beside them, and fail where there is none. `EDGECODER_SKIP_JOURNEYS` skips them, but not where `CI` is set.
#![expect(clippy::unwrap_used, reason = "a journey may end where it is wrong")]

mod anchors;
mod apart;
mod attacks;
mod auditing;
mod crash;
mod custody;
mod database;
mod doors;
mod first_day;
mod forgetting;
mod log_key;
mod log_tools;
mod machine;
mod models;
mod postgres;
mod product;
mod prompt;
mod sandbox;
mod watching;
mod witnesses;
