//! What do projections need of the store? To follow it from a position, and to ask what stands where.

use edgecoder_events::{EventId, Position, Recorded};
use std::{error::Error, future::Future, sync::Arc};

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
