//! Anchors, for everybody who wants to verify: what they prove is public.

pub mod ask;
pub mod file;
pub mod list;
