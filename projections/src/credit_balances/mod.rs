//! What does each account hold, and by which movements?

mod changes;
mod read;
mod table;

pub use changes::{LedgerAccount, MovementReason};
pub use read::{Balance, CreditBalances, EarnedOn, Movement, MovementCursor, TrialBalance};
pub(crate) use table::CreditTables;
