//! When does a checkpoint become public? When every tile under it can be read.
//!
//! Full tiles never change, so they are kept beside the log; the unfinished ones, one to a level, are in memory. All of
//! it is derived: what is missing, or belongs to another history, is made anew from the entries.

use super::{Published, RecentLeaves, full_tile};
use crate::{StorageError, backend::Database, checkpoint_file::Checkpoints};
use edgecoder_events::Position;
use edgecoder_ledger::{
    Checkpoint,
    tree::{Hash, MissingTile, TILE_WIDTH, TilePlace, Tiling, leaf_hash},
};
use futures_util::TryStreamExt;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How long a failure waits before it is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How many full tiles are saved at once: 8 MiB.
const TILES_AT_ONCE: usize = 1_024;
/// How many leaves are taken in before others get the thread.
const LEAVES_AT_ONCE: u64 = 65_536;

/// What the keeper of the tiles works with.
pub(crate) struct TileKeeping {
    pub database: Arc<dyn Database>,
    pub checkpoints: Arc<Checkpoints>,
    pub leaves: Arc<RecentLeaves>,
    pub published: watch::Sender<Option<Arc<Published>>>,
    pub ended: CancellationToken,
}

/// Follows the checkpoints with tiles.
pub(crate) struct TileKeeper {
    keeping: TileKeeping,
    tiling: Option<Tiling>,
}

impl TileKeeper {
    pub(crate) fn new(keeping: TileKeeping) -> Self {
        Self { keeping, tiling: None }
    }

    /// Works until the store has ended.
    pub(crate) async fn run(mut self) {
        let ended = self.keeping.ended.clone();
        let _ = ended.run_until_cancelled(self.keep()).await;
    }

    async fn keep(&mut self) {
        let mut newest = self.keeping.checkpoints.follow();
        loop {
            let note = newest.borrow_and_update().clone();
            if let Some(note) = note.filter(|_| !self.keeping.checkpoints.is_behind())
                && let Err(error) = self.publish(note).await
            {
                tracing::warn!(%error, "the tiles of the log could not be kept; trying again");
                self.tiling = None;
                tokio::time::sleep(RETRY).await;
                continue;
            }
            if newest.changed().await.is_err() {
                return;
            }
        }
    }

    async fn publish(&mut self, note: Arc<str>) -> Result<(), StorageError> {
        let checkpoint =
            self.keeping.checkpoints.opened(&note).map_err(|_| StorageError::Value("the newest checkpoint"))?;
        let tiling = match self.reach(&checkpoint).await? {
            Some(tiling) => tiling,
            None => self.begin_anew(&checkpoint).await?,
        };
        let published = Published { note, checkpoint, tiling: tiling.clone() };
        self.tiling = Some(tiling);
        self.keeping.published.send_replace(Some(Arc::new(published)));
        Ok(())
    }

    /// The tiling at the checkpoint; nothing where the tiles that are kept are not those of its history.
    async fn reach(&mut self, checkpoint: &Checkpoint) -> Result<Option<Tiling>, StorageError> {
        let usable = self.tiling.take().filter(|tiling| tiling.size() <= checkpoint.size);
        let tiling = match usable {
            Some(tiling) => Some(tiling),
            None => self.resume(checkpoint.size).await?,
        };
        let Some(mut tiling) = tiling else { return Ok(None) };
        self.extend(&mut tiling, checkpoint.size).await?;
        Ok(Some(tiling).filter(|tiling| tiling.root() == checkpoint.root))
    }

    async fn begin_anew(&self, checkpoint: &Checkpoint) -> Result<Tiling, StorageError> {
        tracing::info!("the tiles of the log are made anew");
        self.keeping.database.forget_tiles().await?;
        let mut tiling = Tiling::new();
        self.extend(&mut tiling, checkpoint.size).await?;
        if tiling.root() == checkpoint.root {
            return Ok(tiling);
        }
        let position = Position(checkpoint.size.saturating_sub(1));
        Err(StorageError::Damaged { position, what: "the entries are not those of the checkpoint" })
    }

    /// Takes up the tiles that are kept; nothing where some are missing.
    async fn resume(&self, size: u64) -> Result<Option<Tiling>, StorageError> {
        let full = self.keeping.database.full_tiles().await?;
        let Some(size) = full.checked_mul(TILE_WIDTH).filter(|kept| *kept <= size) else { return Ok(None) };
        let mut tiles: HashMap<TilePlace, Vec<Hash>> = HashMap::new();
        loop {
            match Tiling::resume(size, |place| tiles.get(&place).cloned().ok_or(MissingTile(place))) {
                Ok(tiling) => return Ok(Some(tiling)),
                Err(MissingTile(place)) => match full_tile(&*self.keeping.database, place).await {
                    Ok(hashes) => drop(tiles.insert(place, hashes)),
                    Err(StorageError::Value(_)) => return Ok(None),
                    Err(error) => return Err(error),
                },
            }
        }
    }

    async fn extend(&self, tiling: &mut Tiling, size: u64) -> Result<(), StorageError> {
        let mut full = Vec::new();
        while tiling.size() < size {
            let to = size.min(tiling.size().saturating_add(LEAVES_AT_ONCE));
            for leaf in self.leaves(tiling.size(), to).await? {
                tiling.append(leaf, |tile| full.push(tile));
            }
            if full.len() >= TILES_AT_ONCE {
                self.keeping.database.save_tiles(std::mem::take(&mut full)).await?;
            }
        }
        if full.is_empty() { Ok(()) } else { self.keeping.database.save_tiles(full).await }
    }

    async fn leaves(&self, from: u64, to: u64) -> Result<Vec<Hash>, StorageError> {
        if let Some(leaves) = self.keeping.leaves.range(from, to) {
            return Ok(leaves);
        }
        let entries = self.keeping.database.entries(from, to);
        let leaves: Vec<Hash> = entries.map_ok(|stored| leaf_hash(&stored.entry)).try_collect().await?;
        if leaves.len() as u64 == to.saturating_sub(from) {
            return Ok(leaves);
        }
        let position = Position(from.saturating_add(leaves.len() as u64));
        Err(StorageError::Damaged { position, what: "the entry is missing" })
    }
}
