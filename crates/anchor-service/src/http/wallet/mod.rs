//! The wallet that pays.

pub mod show;
