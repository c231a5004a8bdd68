//! The coordinator itself.

pub mod status;
