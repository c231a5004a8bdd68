//! What does a machine, a customer or an auditor keep to prove, years later, that an entry was in the log?

use crate::Coordinator;
use edgecoder_events::Position;
use edgecoder_ledger::{Receipt, note::Note};
use edgecoder_store::{StorageError, TileProofError, Tiles};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a receipt waits for the checkpoint that covers its entry: twice as long as one takes to come.
const WAIT_FOR_CHECKPOINT: Duration = Duration::from_secs(2);

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum NoReceipt {
    #[error("the log has no entry of this position")]
    NoSuchEntry,
    #[error("no checkpoint covers the entry yet: ask again in a second")]
    NotCovered,
    #[error(transparent)]
    Proof(#[from] TileProofError),
}

impl From<StorageError> for NoReceipt {
    fn from(error: StorageError) -> Self {
        Self::Proof(error.into())
    }
}

impl Coordinator {
    /// Proves that an entry is in the log, complete with the entry's bytes.
    ///
    /// # Errors
    /// [`NoReceipt`].
    pub(crate) async fn receipt(&self, position: Position) -> Result<Receipt, NoReceipt> {
        let stored = self.store.entry(position).await?.ok_or(NoReceipt::NoSuchEntry)?;
        let tiles = self.store.tiles();
        let (size, checkpoint) = self.covering(&tiles, position.0.saturating_add(1)).await?;
        let published = tiles.published().ok_or(NoReceipt::NotCovered)?;
        let proof = tiles.inclusion_proof(&published, position.0, size).await?;
        Ok(Receipt { extra: Some(stored.entry), index: position.0, proof, checkpoint })
    }

    /// A checkpoint of at least `size` entries: one that enough witnesses of the policy have seen where it comes in time,
    /// else the newest with what cosignatures there are.
    async fn covering(&self, tiles: &Tiles, size: u64) -> Result<(u64, Note), NoReceipt> {
        let until = Instant::now() + WAIT_FOR_CHECKPOINT;
        let published = timeout_at(until, tiles.published_with(size)).await.ok().flatten();
        let published = published.ok_or(NoReceipt::NotCovered)?;
        let complete = timeout_at(until, self.witnesses.complete_with(size)).await.ok().flatten();
        if let Some(cosigned) = complete {
            return Ok((cosigned.published.checkpoint.size, cosigned.note()));
        }
        let note = self.witnesses.note(&published);
        let note = Note::parse(note.as_bytes()).map_err(|_| StorageError::Value("the newest checkpoint"))?;
        Ok((published.checkpoint.size, note))
    }
}
