//! The page `/audit`: the log for people, and what it is made of.

pub mod entry;
pub mod log;
pub mod page;
pub mod search;
