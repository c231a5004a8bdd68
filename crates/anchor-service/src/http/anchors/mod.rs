//! Anchors that are carried for a coordinator.

pub mod show;
pub mod want;
