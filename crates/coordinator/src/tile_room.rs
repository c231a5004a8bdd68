//! How much memory do files of the log take that strangers asked for and have not read? All together have a bound.
//!
//! A file of the log never changes: however many read it at once, it is in memory once.

use axum::body::Bytes;
use edgecoder_ledger::tree::{TileKind, TilePath};
use edgecoder_service_kit::http::Problem;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const KIB: usize = 1024;
/// All files that are being made or read, and what their readers need. Apart from the answers to accounts and operators:
/// strangers take no room of theirs.
const ALL_KIB: usize = 128 * KIB;
/// What a reader of entries needs: the compression of one answer.
const ENTRIES_READER_KIB: u32 = 384;
/// What a reader of hashes needs, which are sent as they are.
const HASHES_READER_KIB: u32 = 4;
/// The longest entry, with its length before it.
const LONGEST_ENTRY_KIB: u32 = 65;
/// A full tile of hashes.
const HASHES_KIB: u32 = 8;
/// How long a reader waits for others to read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Memory for the files of the log.
pub struct TileRoom {
    memory: Arc<Semaphore>,
    open: Mutex<HashMap<TilePath, Weak<OpenFile>>>,
    patience: Duration,
}

/// A file that somebody reads.
struct OpenFile {
    bytes: Box<[u8]>,
    _memory: OwnedSemaphorePermit,
}

/// One reader of it.
struct Reading {
    file: Arc<OpenFile>,
    _memory: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Reading {
    fn as_ref(&self) -> &[u8] {
        &self.file.bytes
    }
}

impl TileRoom {
    /// The bytes of a file, counted until they were read. `make` is asked only where nobody reads the same file now.
    ///
    /// # Errors
    /// A 503 where too much was asked for and not read; what `make` answers.
    pub async fn read(
        &self,
        path: TilePath,
        make: impl Future<Output = Result<Option<Vec<u8>>, Problem>>,
    ) -> Result<Option<Bytes>, Problem> {
        let (for_reader, for_file) = needed_kib(path)?;
        if let Some(file) = self.opened(path) {
            let memory = self.take(for_reader).await?;
            return Ok(Some(reading(file, memory)));
        }
        // Both at once: who holds a part and waits for the rest is in the way of those who do the same.
        let mut reader = self.take(for_reader.saturating_add(for_file)).await?;
        let rest = usize::try_from(for_file).ok().and_then(|kib| reader.split(kib)).ok_or_else(crowded)?;
        if let Some(file) = self.opened(path) {
            return Ok(Some(reading(file, reader)));
        }
        Ok(make.await?.map(|bytes| reading(self.keep(path, bytes, rest), reader)))
    }

    async fn take(&self, kib: u32) -> Result<OwnedSemaphorePermit, Problem> {
        let memory = tokio::time::timeout(self.patience, Arc::clone(&self.memory).acquire_many_owned(kib)).await;
        memory.ok().and_then(Result::ok).ok_or_else(crowded)
    }

    fn opened(&self, path: TilePath) -> Option<Arc<OpenFile>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&path).and_then(Weak::upgrade)
    }

    /// Keeps a file for as long as somebody reads it, in as much of the memory as it needs.
    fn keep(&self, path: TilePath, bytes: Vec<u8>, mut memory: OwnedSemaphorePermit) -> Arc<OpenFile> {
        let spare = memory.num_permits().saturating_sub(bytes.len().div_ceil(KIB));
        drop(memory.split(spare));
        let file = Arc::new(OpenFile { bytes: bytes.into_boxed_slice(), _memory: memory });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, file| file.strong_count() > 0);
        open.insert(path, Arc::downgrade(&file));
        file
    }
}

impl Default for TileRoom {
    fn default() -> Self {
        Self { memory: Arc::new(Semaphore::new(ALL_KIB)), open: Mutex::default(), patience: PATIENCE }
    }
}

/// What a reader of this file needs, and what the file may need while nobody knows how long it gets.
fn needed_kib(path: TilePath) -> Result<(u32, u32), Problem> {
    match path.kind {
        TileKind::Hashes { .. } => Ok((HASHES_READER_KIB, HASHES_KIB)),
        TileKind::Entries => {
            let width = u32::try_from(path.width).map_err(|_| crowded())?;
            Ok((ENTRIES_READER_KIB, width.saturating_mul(LONGEST_ENTRY_KIB)))
        }
    }
}

fn reading(file: Arc<OpenFile>, memory: OwnedSemaphorePermit) -> Bytes {
    Bytes::from_owner(Reading { file, _memory: memory })
}

fn crowded() -> Problem {
    Problem::unavailable("answers_crowded", "too many files of the log wait to be read: try again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_ledger::tree::TILE_WIDTH;
    use std::cell::Cell;

    /// Nobody reads in these tests, so nobody is worth waiting for.
    fn room() -> TileRoom {
        TileRoom { patience: Duration::from_millis(1), ..TileRoom::default() }
    }

    fn entries(number: u64) -> TilePath {
        TilePath { kind: TileKind::Entries, number, width: TILE_WIDTH }
    }

    async fn read(room: &TileRoom, path: TilePath, kib: usize) -> Result<Bytes, Problem> {
        room.read(path, async { Ok(Some(vec![7; kib * KIB])) }).await.map(|file| file.unwrap())
    }

    #[tokio::test]
    async fn however_many_read_a_file_it_is_made_once_and_in_memory_once() {
        let (room, made) = (room(), Cell::new(0));
        let mut unread = vec![];
        for _ in 0..100 {
            let make = async {
                made.set(made.get() + 1);
                Ok(Some(vec![7; KIB * KIB]))
            };
            unread.push(room.read(entries(0), make).await.unwrap().unwrap());
        }
        assert_eq!(made.get(), 1);
        assert!(unread.iter().all(|file| file.len() == KIB * KIB && file.as_ptr() == unread[0].as_ptr()));
        assert_eq!(room.memory.available_permits(), ALL_KIB - KIB - 100 * 384);
    }

    #[tokio::test]
    async fn strangers_who_read_nothing_are_refused_before_they_take_more_than_there_is() {
        for different in [0, 1] {
            let (room, mut unread) = (room(), vec![]);
            let refused = loop {
                let number = u64::try_from(unread.len()).unwrap() * different;
                match read(&room, entries(number), 640).await {
                    Ok(file) => unread.push(file),
                    Err(problem) => break problem,
                }
                assert!(unread.len() < 3_000, "somewhere there is a bound");
            };
            assert_eq!(refused.status().as_u16(), 503);
            drop(unread);
            assert!(read(&room, entries(0), 640).await.is_ok(), "what was read takes no memory");
        }
    }

    #[tokio::test]
    async fn a_file_takes_what_it_needs_and_one_that_is_not_there_takes_nothing() {
        let room = room();
        let hashes = TilePath { kind: TileKind::Hashes { level: 0 }, number: 0, width: 1 };
        let short = read(&room, hashes, 1).await.unwrap();
        assert_eq!(room.memory.available_permits(), ALL_KIB - 5);
        assert!(room.read(entries(1), async { Ok(None) }).await.unwrap().is_none());
        assert_eq!(room.memory.available_permits(), ALL_KIB - 5);
        drop(short);
        assert_eq!(room.memory.available_permits(), ALL_KIB);
    }

    #[tokio::test]
    async fn files_that_nobody_reads_are_forgotten() {
        let room = room();
        for number in 0..50 {
            drop(read(&room, entries(number), 1).await.unwrap());
        }
        assert_eq!(room.open.lock().unwrap().len(), 1);
    }
}
