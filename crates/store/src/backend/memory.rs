//! A log that lives as long as its process: for tests, simulations and trying things out.

use super::{Answer, CommitError, Database, Entries, Head, NamedSecret, NewBatch, Snapshot, Span};
use crate::{IdempotencyKey, StoredEntry};
use edgecoder_events::{BlobRef, Position, StreamName, Version};
use edgecoder_ledger::tree::{FullTile, TilePlace};
use futures_util::{
    FutureExt,
    future::{BoxFuture, ready},
    stream::{self, StreamExt},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many entries a reader takes under one lock.
const READ_AT_ONCE: u64 = 256;

#[derive(Default)]
struct Tables {
    entries: Vec<StoredEntry>,
    streams: HashMap<StreamName, Vec<Position>>,
    keys: HashMap<IdempotencyKey, Span>,
    blobs: HashMap<BlobRef, Vec<u8>>,
    subject_keys: HashMap<String, Vec<u8>>,
    secrets: BTreeMap<(String, String), Vec<u8>>,
    snapshot: Option<Snapshot>,
    tiles: HashMap<TilePlace, Vec<u8>>,
}

#[derive(Default, Clone)]
pub(crate) struct MemoryBackend(Arc<Mutex<Tables>>);

impl MemoryBackend {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slice(&self, from: u64, to: u64) -> Vec<StoredEntry> {
        let tables = self.tables();
        let bound = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(tables.entries.len());
        tables.entries[bound(from).min(bound(to))..bound(to)].to_vec()
    }
}

impl Tables {
    fn head(&self) -> Head {
        self.entries.last().map_or_else(Head::default, |last| Head { size: last.position.0 + 1, hash: last.hash })
    }

    fn write(&mut self, batch: NewBatch) -> Result<(), CommitError> {
        if self.head() != batch.before {
            return Err(CommitError::Superseded);
        }
        for row in batch.rows {
            self.streams.entry(row.stream).or_default().push(row.position);
            self.entries.push(StoredEntry { position: row.position, entry: row.entry, hash: row.hash });
        }
        self.keys.extend(batch.keys);
        self.blobs.extend(batch.blobs.iter().map(|blob| (blob.address(), blob.content().to_vec())));
        Ok(())
    }
}

fn answer<'a, T: Send + 'a>(value: T) -> Answer<'a, T> {
    ready(Ok(value)).boxed()
}

fn count(events: &[Position]) -> Version {
    Version(events.len().try_into().unwrap_or(u64::MAX))
}

impl Database for MemoryBackend {
    fn lead(&self) -> Answer<'_, Option<Head>> {
        answer(Some(self.tables().head()))
    }

    fn head(&self) -> Answer<'_, Head> {
        answer(self.tables().head())
    }

    fn head_may_have_moved(&self) -> BoxFuture<'_, ()> {
        std::future::pending().boxed()
    }

    fn commit(&self, batch: NewBatch) -> BoxFuture<'_, Result<(), CommitError>> {
        ready(self.tables().write(batch)).boxed()
    }

    fn entries(&self, from: u64, to: u64) -> Entries {
        let here = self.clone();
        let pages = stream::unfold(from, move |from| {
            let page = here.slice(from, to.min(from.saturating_add(READ_AT_ONCE)));
            let next = page.last().map(|last| last.position.0 + 1);
            ready(next.map(|next| (stream::iter(page.into_iter().map(Ok)), next)))
        });
        pages.flatten().boxed()
    }

    fn entries_at<'a>(&'a self, positions: &'a [Position]) -> Answer<'a, Vec<StoredEntry>> {
        let found = positions.iter().flat_map(|at| self.slice(at.0, at.0.saturating_add(1))).collect();
        answer(found)
    }

    fn versions<'a>(&'a self, streams: &'a [StreamName]) -> Answer<'a, Vec<Version>> {
        let tables = self.tables();
        let of = |name| tables.streams.get(name).map_or(Version::EMPTY, |events| count(events));
        answer(streams.iter().map(of).collect())
    }

    fn positions<'a>(&'a self, stream: &'a StreamName, after: Version, limit: usize) -> Answer<'a, Vec<Position>> {
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        let tables = self.tables();
        let events = tables.streams.get(stream).map_or(&[][..], Vec::as_slice);
        answer(events.iter().skip(skip).take(limit).copied().collect())
    }

    fn spans<'a>(&'a self, keys: &'a [IdempotencyKey]) -> Answer<'a, HashMap<IdempotencyKey, Span>> {
        let tables = self.tables();
        answer(keys.iter().filter_map(|key| Some((key.clone(), *tables.keys.get(key)?))).collect())
    }

    fn blob(&self, address: BlobRef) -> Answer<'_, Option<Vec<u8>>> {
        answer(self.tables().blobs.get(&address).cloned())
    }

    fn has_blob(&self, address: BlobRef) -> Answer<'_, bool> {
        answer(self.tables().blobs.contains_key(&address))
    }

    fn subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        answer(self.tables().subject_keys.get(subject).cloned())
    }

    fn keep_subject_key<'a>(&'a self, subject: &'a str, key: &'a [u8]) -> Answer<'a, Vec<u8>> {
        answer(self.tables().subject_keys.entry(subject.to_owned()).or_insert_with(|| key.to_vec()).clone())
    }

    fn blank_subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, bool> {
        answer(self.tables().subject_keys.get_mut(subject).map(Vec::clear).is_some())
    }

    fn forget_subject<'a>(&'a self, subject: &'a str) -> Answer<'a, ()> {
        self.tables().subject_keys.remove(subject);
        answer(())
    }

    fn secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        answer(self.tables().secrets.get(&(namespace.to_owned(), name.to_owned())).cloned())
    }

    fn secrets<'a>(&'a self, namespace: &'a str, limit: usize) -> Answer<'a, Vec<NamedSecret>> {
        let tables = self.tables();
        let from = (namespace.to_owned(), String::new());
        let found = tables.secrets.range(from..).take_while(|((space, _), _)| space == namespace);
        answer(found.take(limit).map(|((_, name), secret)| (name.clone(), secret.clone())).collect())
    }

    fn put_secret<'a>(&'a self, namespace: &'a str, name: &'a str, secret: &'a [u8]) -> Answer<'a, ()> {
        self.tables().secrets.insert((namespace.to_owned(), name.to_owned()), secret.to_vec());
        answer(())
    }

    fn delete_secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, bool> {
        answer(self.tables().secrets.remove(&(namespace.to_owned(), name.to_owned())).is_some())
    }

    fn snapshot(&self) -> Answer<'_, Option<Snapshot>> {
        answer(self.tables().snapshot.clone())
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<'_, ()> {
        self.tables().snapshot = Some(snapshot);
        answer(())
    }

    fn full_tiles(&self) -> Answer<'_, u64> {
        answer(self.tables().tiles.keys().filter(|place| place.level == 0).count() as u64)
    }

    fn tile(&self, place: TilePlace) -> Answer<'_, Option<Vec<u8>>> {
        answer(self.tables().tiles.get(&place).cloned())
    }

    fn save_tiles(&self, tiles: Vec<FullTile>) -> Answer<'_, ()> {
        self.tables().tiles.extend(tiles.into_iter().map(|tile| (tile.place, tile.hashes.concat())));
        answer(())
    }

    fn forget_tiles(&self) -> Answer<'_, ()> {
        self.tables().tiles.clear();
        answer(())
    }

    fn close(&self) -> Answer<'_, ()> {
        answer(())
    }
}
