//! What do projections need of the store? To follow it from a position, to ask what stands where, and for one of them to
//! read what people sealed.

use edgecoder_events::{AccountId, BlobRef, EventId, Position, Recorded};
use edgecoder_store::{SealedError, Store, WordKey};
use futures_util::{StreamExt, future::BoxFuture};
use std::{error::Error, future::Future, pin::pin, sync::Arc};

/// Why the log was not read.
pub type LogError = Box<dyn Error + Send + Sync>;

/// What people sealed, beside the log.
pub trait SealedContents: Send + Sync + 'static {
    /// What was sealed for its owner; nothing where it does not open any more.
    fn opened<'a>(&'a self, owner: &'a AccountId, content: BlobRef)
    -> BoxFuture<'a, Result<Option<Vec<u8>>, LogError>>;

    /// What marks the words of an owner; nothing where nothing of them opens.
    fn word_key<'a>(&'a self, owner: &'a AccountId) -> BoxFuture<'a, Result<Option<WordKey>, LogError>>;
}

/// A log that can be followed.
pub trait Log: SealedContents + Clone {
    /// Reads on from one position.
    type Follower: Follower;

    /// Everything from `from` on: what is recorded already, and then what is recorded next.
    fn follow(&self, from: Position) -> Self::Follower;

    /// The event at a position, where there is one.
    fn event_id_at(&self, position: Position) -> impl Future<Output = Result<Option<EventId>, LogError>> + Send;

    /// How many events there are.
    fn size(&self) -> impl Future<Output = Result<Position, LogError>> + Send;
}

/// Reads a log in order, without gaps.
pub trait Follower: Send + 'static {
    /// The next events; waits until there are some.
    fn next_batch(&mut self) -> impl Future<Output = Result<Arc<[Recorded]>, LogError>> + Send;
}

impl SealedContents for Store {
    fn opened<'a>(
        &'a self,
        owner: &'a AccountId,
        content: BlobRef,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, LogError>> {
        Box::pin(opened(self, owner, content))
    }

    fn word_key<'a>(&'a self, owner: &'a AccountId) -> BoxFuture<'a, Result<Option<WordKey>, LogError>> {
        Box::pin(async move { self.subject_keys().word_key(owner.as_str()).await.map_err(LogError::from) })
    }
}

async fn opened(store: &Store, owner: &AccountId, content: BlobRef) -> Result<Option<Vec<u8>>, LogError> {
    let Some(sealed) = store.blobs().get(content).await? else { return Ok(None) };
    match store.subject_keys().open(owner.as_str(), &sealed).await {
        Ok(plain) => Ok(Some(plain)),
        Err(SealedError::KeyDestroyed | SealedError::NotTheirs) => Ok(None),
        Err(SealedError::Storage(error)) => Err(error.into()),
    }
}

impl Log for Store {
    type Follower = edgecoder_store::Follower;

    fn follow(&self, from: Position) -> Self::Follower {
        Store::follow(self, from)
    }

    async fn event_id_at(&self, position: Position) -> Result<Option<EventId>, LogError> {
        let mut from_there = pin!(self.read(position));
        Ok(from_there.next().await.transpose()?.map(|it| it.event_id))
    }

    async fn size(&self) -> Result<Position, LogError> {
        Ok(Position(self.head().size))
    }
}

impl Follower for edgecoder_store::Follower {
    async fn next_batch(&mut self) -> Result<Arc<[Recorded]>, LogError> {
        Ok(edgecoder_store::Follower::next_batch(self).await?)
    }
}
