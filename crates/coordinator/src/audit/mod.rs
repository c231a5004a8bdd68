//! What do people see who audit the log with their browser?

mod checkpoints;
mod entry;

pub(crate) use checkpoints::{RecentCheckpoints, follow_checkpoints};
pub(crate) use entry::entry_view;
