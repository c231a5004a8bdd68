//! What must a database be able to do to keep a log?

pub(crate) mod memory;
mod number;
mod pages;
pub(crate) mod postgres;

pub(crate) mod sqlite;

use crate::{Blob, IdempotencyKey, StorageError, StoredEntry};
use edgecoder_events::{BlobRef, Position, StreamName, UnixMillis, Version};
use edgecoder_ledger::tree::{FullTile, TilePlace};
use futures_util::{future::BoxFuture, stream::BoxStream};
use std::collections::HashMap;

pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, StorageError>>;
/// A secret with its name.
pub(crate) type NamedSecret = (String, Vec<u8>);
pub(crate) type Entries = BoxStream<'static, Result<StoredEntry, StorageError>>;

/// How many entries there are and the chain hash of the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    /// Zeros where there is none.
    pub hash: [u8; 32],
}

/// One entry on its way into the database, with the fields that the table shows to people.
#[derive(Debug, Clone)]
pub(crate) struct NewRow {
    pub position: Position,
    pub stream: StreamName,
    pub version: Version,
    pub kind: &'static str,
    pub recorded_at: UnixMillis,
    pub entry: Vec<u8>,
    pub hash: [u8; 32],
}

/// Where the events of one append begin and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub first: Position,
    pub count: u64,
}

/// What one transaction makes durable.
#[derive(Debug, Clone)]
pub(crate) struct NewBatch {
    /// The head that the batch was built on: where it is another, nothing is written.
    pub before: Head,
    pub after: Head,
    pub rows: Vec<NewRow>,
    pub keys: Vec<(IdempotencyKey, Span)>,
    pub blobs: Vec<Blob>,
}

/// Why a batch was not acknowledged.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// Another process has taken the lead; nothing was written.
    Superseded,
    /// Only the head, read anew by [`Database::lead`], tells whether the batch was written.
    Failed(StorageError),
    /// The same, because the connection is gone: where it was not written, the batch may be written by another one.
    BrokenOff(StorageError, Box<NewBatch>),
}

/// The tree's frontier at one size, beside the log, so that a start need not read the whole log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub head: Head,
    pub recorded_at: UnixMillis,
    pub epoch: u64,
    pub frontier: Vec<u8>,
}

/// Keeps one log and the four things that must not be in it.
pub(crate) trait Database: Send + Sync {
    /// Takes the lead and returns the head that stands then; nothing where another process leads.
    fn lead(&self) -> Answer<'_, Option<Head>>;
    /// The head as the database holds it now.
    fn head(&self) -> Answer<'_, Head>;
    /// Comes back when the head may have moved because of another process, at the latest after a poll's interval.
    fn head_may_have_moved(&self) -> BoxFuture<'_, ()>;
    /// Writes all or nothing; the batch is durable when this returns.
    fn commit(&self, batch: NewBatch) -> BoxFuture<'_, Result<(), CommitError>>;
    /// Entries from `from` until before `to`, in order, read as they are wanted.
    fn entries(&self, from: u64, to: u64) -> Entries;
    /// The entries at these places, in the order of the places.
    fn entries_at<'a>(&'a self, positions: &'a [Position]) -> Answer<'a, Vec<StoredEntry>>;
    /// The version of each stream, in the order of the question.
    fn versions<'a>(&'a self, streams: &'a [StreamName]) -> Answer<'a, Vec<Version>>;
    /// Places of the events of a stream after `after`, at most `limit`.
    fn positions<'a>(&'a self, stream: &'a StreamName, after: Version, limit: usize) -> Answer<'a, Vec<Position>>;
    /// Which of these keys were used, and where.
    fn spans<'a>(&'a self, keys: &'a [IdempotencyKey]) -> Answer<'a, HashMap<IdempotencyKey, Span>>;
    fn blob(&self, address: BlobRef) -> Answer<'_, Option<Vec<u8>>>;
    fn has_blob(&self, address: BlobRef) -> Answer<'_, bool>;
    fn subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, Option<Vec<u8>>>;
    /// Keeps `key` unless the subject has one; returns the one that is kept.
    fn keep_subject_key<'a>(&'a self, subject: &'a str, key: &'a [u8]) -> Answer<'a, Vec<u8>>;
    /// Overwrites the key with nothing; says whether the subject had one, or has been overwritten before.
    fn blank_subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, bool>;
    /// Forgets that the subject ever had a key.
    fn forget_subject<'a>(&'a self, subject: &'a str) -> Answer<'a, ()>;
    fn secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, Option<Vec<u8>>>;
    /// The secrets of a namespace by name, at most `limit`.
    fn secrets<'a>(&'a self, namespace: &'a str, limit: usize) -> Answer<'a, Vec<NamedSecret>>;
    fn put_secret<'a>(&'a self, namespace: &'a str, name: &'a str, secret: &'a [u8]) -> Answer<'a, ()>;
    fn delete_secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, bool>;
    fn snapshot(&self) -> Answer<'_, Option<Snapshot>>;
    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<'_, ()>;
    /// How many tiles of leaf hashes are kept, from the first on; the full tiles above them are kept, too.
    fn full_tiles(&self) -> Answer<'_, u64>;
    fn tile(&self, place: TilePlace) -> Answer<'_, Option<Vec<u8>>>;
    /// Keeps all of these tiles or none.
    fn save_tiles(&self, tiles: Vec<FullTile>) -> Answer<'_, ()>;
    fn forget_tiles(&self) -> Answer<'_, ()>;
    /// Finishes what is written behind and lets others write.
    fn close(&self) -> Answer<'_, ()>;
}
