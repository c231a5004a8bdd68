//! What can go wrong with an index?

use std::{io, path::PathBuf};

/// Why documents were not taken in or not found.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Two processes that wrote one index would undo each other's work.
    #[error("another process writes the search index in {}: stop it, or give this one another folder", .0.display())]
    InUse(PathBuf),
    #[error("the search index can not be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the search index did not answer: {0}")]
    Engine(#[from] tantivy::TantivyError),
}
