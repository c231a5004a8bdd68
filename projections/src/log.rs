//! What do projections need of the store? To follow it from a position, and to ask what stands where.

use edgecoder_events::{EventId, Position, Recorded};
use edgecoder_store::Store;
use futures_util::StreamExt;
use std::{error::Error, future::Future, pin::pin, sync::Arc};

/// Why the log was not read.
pub type LogError = Box<dyn Error + Send + Sync>;

/// A log that can be followed.
pub trait Log: Clone + Send + Sync + 'static {
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
