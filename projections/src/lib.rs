//! What does the log mean? One folder per question that is asked of it.
//!
//! A projection is a pure function of the log: it can be thrown away and built again, and it never decides anything.
//! `changes.rs` of each folder says what one recorded event changes; the rest stores that and answers.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod agent_directory;
pub mod anchors;
pub mod blacklist;
pub mod conversations;
pub mod credit_balances;
mod error;
mod handle;
pub mod log;
pub mod log_search;
mod page;
pub mod people;
mod question;
pub mod ready_queue;
mod runner;
mod sql;
pub mod task_board;
pub mod task_search;

pub use error::ProjectionError;
pub use handle::{Projections, TablesIn};
pub use page::{MAX_PAGE_ITEMS, Page, PageRequest};
pub use question::Question;
pub use runner::{Progress, RebuildProgress};
