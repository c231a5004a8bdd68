//! What do people see who audit the log with their browser?

mod checkpoints;
mod entry;
mod searches;

pub(crate) use checkpoints::{RecentCheckpoints, follow_checkpoints};
pub(crate) use entry::entry_view;
pub(crate) use searches::Searches;
