//! Where does each task stand?

mod changes;
mod entry;
mod read;
mod table;

pub use entry::{SubtaskEntry, SubtaskStanding, TaskEntry, TaskState};
pub use read::{TaskBoard, TaskFilter};
pub(crate) use table::TaskTables;
