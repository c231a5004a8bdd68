//! How the portal itself is.

pub mod health;
