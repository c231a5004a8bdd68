//! What do the bytes of an entry say by themselves, whatever stands before them?

use super::StoredRow;
use crate::{
    chain::entry_hashes,
    entry::{Entry, EntryError},
    tree::{Hash, leaf_hash},
};

/// What one entry's bytes say.
#[derive(Debug)]
pub(super) struct Said<'a> {
    /// Their hash for the chain.
    pub hash: Hash,
    /// Their hash for the tree.
    pub leaf: Hash,
    pub entry: Result<Entry<'a>, EntryError>,
}

impl<'a> Said<'a> {
    /// Reads the entries of some rows, in their order.
    pub fn by_all(rows: &[StoredRow<'a>]) -> Vec<Self> {
        let entries: Vec<&[u8]> = rows.iter().map(|row| row.entry).collect();
        let hashes = entry_hashes(&entries).into_iter();
        hashes
            .zip(entries)
            .map(|(hash, entry)| Self { hash, leaf: leaf_hash(entry), entry: Entry::decode(entry) })
            .collect()
    }

    /// The idempotency key, where the entry can be read and has one.
    pub fn key(&self) -> Option<&'a [u8]> {
        self.entry.as_ref().ok()?.idempotency_key
    }
}
