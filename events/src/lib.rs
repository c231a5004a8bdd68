//! What happened? Every fact that EdgeCoder records, one module per family.
//!
//! An event is named in the past tense, never changes once recorded, and is encoded as a MessagePack array by
//! [`Event::to_bytes`]. The kind (`task.submitted`) and the schema number travel beside those bytes in the ledger
//! entry. Fields and kinds are added by a new schema number, never renamed; `samples/` holds one committed example
//! of each and a test that decodes it for ever.
//!
//! This crate is pure: no I/O, no clock, no randomness.

pub mod agent;
mod amounts;
pub mod anchor;
mod authored;
pub mod blacklist;
mod catalog;
pub mod credit;
mod digest;
mod envelope;
mod ids;
pub mod key;
mod named;
pub mod node;
pub mod person;
mod span;
pub mod task;
mod time;

pub use amounts::{AmountOverflow, MicroCredits};
pub use catalog::{
    AgentEvent, AnchorEvent, CreditEvent, DecodeError, Event, Family, LedgerEvent, NodeEvent, PersonEvent, TaskEvent,
};
pub use digest::{BitcoinHash, BlobRef, CheckpointDigest, Digest, DigestParseError, PublicKey, Signature};
pub use envelope::{Actor, Author, EventId, NewEvent, Position, Recorded, StreamName, Version};
pub use ids::{AccountId, AgentId, ConversationId, IdError, ModelName, ProjectId, SubtaskIndex, TaskId, uuid_v7};
pub use named::Named;
pub use span::{Span, SpanError};
pub use time::{Clock, SteadyMillis, UnixMillis};
