//! How the portal itself is.

pub mod health;
pub mod metrics;
