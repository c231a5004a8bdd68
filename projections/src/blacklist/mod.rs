//! Who is shut out, why, and what was the whole history of it?

mod changes;
mod read;
mod table;

pub use changes::{BlacklistEntry, Report, Step};
pub use read::Blacklist;
pub(crate) use table::BlacklistTables;
