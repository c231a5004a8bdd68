//! What did somebody ask for one after the other, and in which conversation?

mod changes;
mod read;
mod table;

pub use changes::{ConversationEntry, MessageEntry};
pub use read::Conversations;
pub(crate) use table::ConversationTables;
