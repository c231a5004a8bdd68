//! Which checkpoints were dated by Bitcoin, and how far has each of them come?

mod changes;
mod read;
mod table;

pub use changes::{AnchorEntry, AnchorRequest, AnchorState, Stage};
pub use read::Anchors;
pub(crate) use table::AnchorTables;
