//! Where does each task stand?

mod changes;
mod entry;
mod read;
mod table;

pub(crate) use changes::task_of;
pub use entry::{Reviewed, SubtaskEntry, SubtaskStanding, TaskEntry, TaskState};
pub use read::{TaskBoard, TaskFilter};
pub(crate) use table::TaskTables;
