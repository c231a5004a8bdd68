//! What does the log mean? One folder per question that is asked of it.
//!
//! A projection is a pure function of the log: it can be thrown away and built again, and it never decides anything.
//! `changes.rs` of each folder says what one recorded event changes; the rest stores that and answers.

pub mod agent_directory;
mod page;
pub mod ready_queue;

pub use page::{MAX_PAGE_ITEMS, Page, PageRequest};
