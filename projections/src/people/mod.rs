//! Who signed up, and who is behind a mail address?

mod changes;
mod read;
mod table;

pub use changes::PersonEntry;
pub use read::People;
pub(crate) use table::PeopleTables;
