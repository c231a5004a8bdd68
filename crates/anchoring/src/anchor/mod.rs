//! Does a commitment get into a block, once, at a fee that was allowed, and does it stay there?
//!
//! What has happened and what is to be done next is decided by functions without effects ([`Anchor`]); the
//! [`AnchorDesk`] asks the chain, writes down what it is about to do, and then does it.

mod advance;
mod cost;
mod decide;
mod desk;
mod fact;
mod journal;
mod spending;

pub use cost::yearly_cost_sat;
pub use decide::AnchorPolicy;
pub use desk::{AnchorDesk, AnchorError, TickReport};
pub use fact::{Anchor, AnchorFact, Attempt, AttemptKind};
pub use journal::JournalError;

#[cfg(test)]
mod tests;
