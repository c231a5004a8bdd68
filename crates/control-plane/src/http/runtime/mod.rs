//! The control plane itself.

pub mod health;
