//! Where is the log kept, and how is it appended to, read and followed?
//!
//! [`Store`] joins the events with the ledger: it orders appends, chains and stores them, answers when they are durable,
//! and commits to them with signed checkpoints. Beside the log it keeps what must not be in it: large contents, the
//! keys of persons, secrets. SQLite, PostgreSQL and memory behave alike; one conformance suite holds them to it.

mod answer;
mod append;
mod backend;
mod backup;
mod batch;
mod blobs;
mod checkpoint_file;
mod conditions;
mod error;
mod event_ids;
mod follow;
mod idempotency;
mod log_keys;
mod open;
mod read;
mod recent;
mod recent_map;
mod recovery;
mod row;
mod secrets;
mod sequencer;
mod settings;
mod store;
mod subject_keys;
mod submission;
mod submit;
mod tiles;
mod word_key;

pub use append::{Append, AppendError, Blob, Condition, IdempotencyKey, IdempotencyKeyLength, Receipt};
pub use backend::Head;
pub use backup::backup;
pub use blobs::Blobs;
pub use checkpoint_file::CheckpointWriteError;
pub use error::StorageError;
pub use follow::{FollowError, Follower};
pub use open::OpenError;
pub use recovery::RolledBack;
pub use row::StoredEntry;
pub use secrets::Secrets;
pub use sequencer::{Standing, Term};
pub use settings::{Backend, Limits, StoreSettings};
pub use store::Store;
pub use subject_keys::{DestroyKeyError, SealedError, SubjectKeys};
pub use submit::{Pending, Permit};
pub use tiles::{Published, TileProofError, Tiles};
pub use word_key::WordKey;
