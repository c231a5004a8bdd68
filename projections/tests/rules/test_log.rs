//! A log in memory: a history of which more and more is recorded.

use crate::history::History;
use edgecoder_events::{EventId, Position, Recorded};
use edgecoder_projections::log::{Follower, Log, LogError};
use std::sync::{Arc, RwLock};
use tokio::sync::watch;

#[derive(Clone)]
pub struct TestLog {
    events: Arc<RwLock<Vec<Recorded>>>,
    size: Arc<watch::Sender<usize>>,
    batch: usize,
}

pub struct TestFollower {
    log: TestLog,
    next: usize,
    size: watch::Receiver<usize>,
}

impl TestLog {
    /// A log of these events, read in batches of at most `batch`.
    pub fn of(events: &[Recorded], batch: usize) -> Self {
        let size = Arc::new(watch::Sender::new(events.len()));
        Self { events: Arc::new(RwLock::new(events.to_vec())), size, batch }
    }

    pub fn of_history(history: &History) -> Self {
        Self::of(&history.events, 7)
    }

    pub fn append(&self, events: &[Recorded]) {
        let mut all = self.events.write().unwrap();
        all.extend_from_slice(events);
        self.size.send_replace(all.len());
    }

    pub fn head(&self) -> Position {
        Position(*self.size.borrow() as u64)
    }
}

impl Log for TestLog {
    type Follower = TestFollower;

    fn follow(&self, from: Position) -> TestFollower {
        TestFollower { log: self.clone(), next: usize::try_from(from.0).unwrap(), size: self.size.subscribe() }
    }

    async fn event_id_at(&self, position: Position) -> Result<Option<EventId>, LogError> {
        Ok(self.events.read().unwrap().get(usize::try_from(position.0)?).map(|it| it.event_id))
    }

    async fn size(&self) -> Result<Position, LogError> {
        Ok(self.head())
    }
}

impl Follower for TestFollower {
    async fn next_batch(&mut self) -> Result<Arc<[Recorded]>, LogError> {
        let next = self.next;
        self.size.wait_for(|size| *size > next).await?;
        let events = self.log.events.read().unwrap();
        let end = events.len().min(next + self.log.batch);
        self.next = end;
        Ok(events[next..end].into())
    }
}
