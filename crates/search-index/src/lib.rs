//! Which documents match? Exact terms, words and ranges of numbers, in an index that is kept in a folder.
//!
//! It is made for projections: everything in it comes from elsewhere and can be put in again. So it answers with the
//! numbers of documents and not with their contents, is made anew where it is damaged or of another layout, and keeps
//! with every commit a mark of the caller that says how far it has come. A document is added, or put in the place of the one
//! with the same term; it is never changed in part.

mod counts;
mod error;
mod folder;
mod index;
mod layout;
mod query;
mod reader;

pub use counts::COUNTED_VALUES;
pub use error::IndexError;
pub use index::Index;
pub use layout::{Document, FieldKind, Layout};
pub use query::{Query, words_of};
pub use reader::{MAX_HITS, Reader};
