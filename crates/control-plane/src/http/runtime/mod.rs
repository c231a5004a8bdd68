//! The control plane itself.

pub mod health;
pub mod metrics;
