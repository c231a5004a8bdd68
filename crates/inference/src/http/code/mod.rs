//! Code that failed.

pub mod escalate;
