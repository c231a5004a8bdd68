//! Was history changed? The format of the log, its hash chain, its Merkle tree, its signed checkpoints with their
//! cosignatures, receipts, and the verifier that reads them.
//!
//! The crate chains bytes and knows no event. It is pure: no I/O, no clock, no randomness, no logging.
//! `docs/LEDGER.md` describes the same format for those who write their own verifier.
#![warn(missing_docs)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod chain;
pub mod checkpoint;
pub mod cosignature;
pub mod entry;
mod hash_line;
pub mod note;
mod pack;
pub mod policy;
pub mod receipt;
pub mod signature;
pub mod tree;
pub mod verify;
pub mod witness;

pub use chain::{GENESIS_PREV, entry_hash};
pub use checkpoint::Checkpoint;
pub use entry::{Entry, EntryError, MAX_ENTRY_BYTES};
pub use policy::Policy;
pub use receipt::Receipt;
