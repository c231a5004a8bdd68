//! The service itself.

pub mod health;
pub mod metrics;
