//! How does a projection keep up with the log, and how is it built again while the old one answers?

mod checkpoint;
mod feed;
mod in_index;
mod in_memory;
mod in_tables;
mod mark;
mod progress;
mod shelf;
mod sql_projection;

pub(crate) use checkpoint::prepare;
pub(crate) use feed::Feed;
pub(crate) use in_index::{IndexProjection, IndexRunner, Turn};
pub(crate) use in_memory::{Shared, follow_in_memory};
pub(crate) use in_tables::{RebuildRequest, TableRunner};
pub(crate) use progress::ProgressReader;
pub use progress::{Progress, RebuildProgress};
pub(crate) use shelf::{Finder, Shelf};
pub(crate) use sql_projection::SqlProjection;
