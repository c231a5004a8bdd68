//! A log that projections can be kept from reading on.

use edgecoder_events::{AccountId, BlobRef, EventId, Position, Recorded};
use edgecoder_projections::log::{Follower, Log, LogError, SealedContents};
use edgecoder_store::{Store, WordKey};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Clone)]
pub struct HeldLog {
    pub store: Store,
    pub is_held: watch::Receiver<bool>,
}

pub struct HeldFollower {
    follower: edgecoder_store::Follower,
    is_held: watch::Receiver<bool>,
}

impl SealedContents for HeldLog {
    fn opened<'a>(
        &'a self,
        owner: &'a AccountId,
        content: BlobRef,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, LogError>> {
        self.store.opened(owner, content)
    }

    fn word_key<'a>(&'a self, owner: &'a AccountId) -> BoxFuture<'a, Result<Option<WordKey>, LogError>> {
        self.store.word_key(owner)
    }
}

impl Log for HeldLog {
    type Follower = HeldFollower;

    fn follow(&self, from: Position) -> HeldFollower {
        HeldFollower { follower: self.store.follow(from), is_held: self.is_held.clone() }
    }

    async fn event_id_at(&self, position: Position) -> Result<Option<EventId>, LogError> {
        self.store.event_id_at(position).await
    }

    async fn size(&self) -> Result<Position, LogError> {
        self.store.size().await
    }
}

impl Follower for HeldFollower {
    async fn next_batch(&mut self) -> Result<Arc<[Recorded]>, LogError> {
        let batch = self.follower.next_batch().await?;
        self.is_held.wait_for(|is_held| !is_held).await.map(drop)?;
        Ok(batch)
    }
}
