//! The model that splits and mends.

pub mod list;
pub mod pull_progress;
pub mod status;
pub mod swap;
