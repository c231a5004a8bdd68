//! What does the log show to those who trust nobody? Its newest checkpoint, and the tiles and entries under it.

mod keep;
mod leaves;
mod proofs;

pub(crate) use keep::{TileKeeper, TileKeeping};
pub(crate) use leaves::RecentLeaves;
pub use proofs::TileProofError;

use crate::{Standing, StorageError, backend::Database, recent_map::RecentMap};
use edgecoder_ledger::{
    Checkpoint,
    tree::{Hash, TILE_WIDTH, TileKind, TilePath, TilePlace, Tiling, width_in},
};
use futures_util::TryStreamExt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// How many full tiles are kept at hand, 8 KiB each; at most twice as many: those of a log of a million entries.
const TILES_AT_HAND: usize = 2_048;

/// A checkpoint whose tiles and entries can all be read.
#[derive(Debug)]
pub struct Published {
    /// The signed note.
    pub note: Arc<str>,
    /// What the note says.
    pub checkpoint: Checkpoint,
    tiling: Tiling,
}

/// Reads the log in the files of C2SP tlog-tiles. Cheap to clone.
#[derive(Clone)]
pub struct Tiles {
    database: Arc<dyn Database>,
    published: watch::Receiver<Option<Arc<Published>>>,
    standing: watch::Receiver<Standing>,
    at_hand: Arc<Mutex<RecentMap<TilePlace, Arc<[Hash]>>>>,
}

impl Tiles {
    pub(crate) fn new(
        database: Arc<dyn Database>,
        published: watch::Receiver<Option<Arc<Published>>>,
        standing: watch::Receiver<Standing>,
    ) -> Self {
        Self { database, published, standing, at_hand: Arc::new(Mutex::new(RecentMap::new(TILES_AT_HAND))) }
    }

    /// The newest checkpoint under which everything can be read. Nothing in a process that stands by, and in one whose
    /// log was rolled back.
    pub fn published(&self) -> Option<Arc<Published>> {
        let leads = *self.standing.borrow() == Standing::Leading;
        self.published.borrow().clone().filter(|_| leads)
    }

    /// Waits for a published checkpoint of at least `size` entries; nothing where the store is closed before.
    pub async fn published_with(&self, size: u64) -> Option<Arc<Published>> {
        let mut published = self.published.clone();
        let reaches = |it: &Option<Arc<Published>>| it.as_ref().is_some_and(|it| it.checkpoint.size >= size);
        published.wait_for(reaches).await.ok().and_then(|it| it.clone())
    }

    /// The bytes of one file; nothing where the newest checkpoint does not cover it.
    ///
    /// # Errors
    /// [`StorageError`] where it cannot be read.
    pub async fn file(&self, path: TilePath) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(published) = self.published() else { return Ok(None) };
        let place = path.place().unwrap_or(TilePlace { level: 0, number: path.number });
        if path.width > width_in(published.checkpoint.size, place) {
            return Ok(None);
        }
        match path.kind {
            TileKind::Entries => self.bundle(path.number, path.width).await.map(Some),
            TileKind::Hashes { .. } => {
                let hashes = self.hashes(&published, place).await?;
                let width = usize::try_from(path.width).unwrap_or(usize::MAX).min(hashes.len());
                Ok(Some(hashes[..width].concat()))
            }
        }
    }

    /// The hashes of one tile, as many as `published` covers.
    async fn hashes(&self, published: &Published, place: TilePlace) -> Result<Arc<[Hash]>, StorageError> {
        if let Some(unfinished) = published.tiling.unfinished(place) {
            return Ok(unfinished.into());
        }
        if let Some(tile) = self.at_hand().get(&place) {
            return Ok(tile);
        }
        let tile: Arc<[Hash]> = full_tile(&*self.database, place).await?.into();
        self.at_hand().put(place, Arc::clone(&tile));
        Ok(tile)
    }

    /// Entries in the form of the specification: the length in two bytes, big-endian, before each.
    async fn bundle(&self, number: u64, width: u64) -> Result<Vec<u8>, StorageError> {
        let first = number.saturating_mul(TILE_WIDTH);
        let mut entries = self.database.entries(first, first.saturating_add(width));
        let mut bundle = Vec::new();
        while let Some(stored) = entries.try_next().await? {
            let length = u16::try_from(stored.entry.len()).map_err(|_| StorageError::Value("an entry's length"))?;
            bundle.extend_from_slice(&length.to_be_bytes());
            bundle.extend_from_slice(&stored.entry);
        }
        Ok(bundle)
    }

    fn at_hand(&self) -> std::sync::MutexGuard<'_, RecentMap<TilePlace, Arc<[Hash]>>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn full_tile(database: &dyn Database, place: TilePlace) -> Result<Vec<Hash>, StorageError> {
    let bytes = database.tile(place).await?.ok_or(StorageError::Value("a tile that was full is missing"))?;
    match bytes.as_chunks::<32>() {
        (hashes, []) if hashes.len() as u64 == TILE_WIDTH => Ok(hashes.to_vec()),
        _ => Err(StorageError::Value("a tile's length")),
    }
}
