//! The service itself.

pub mod health;
