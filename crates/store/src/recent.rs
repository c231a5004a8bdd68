//! What was recorded just now? The newest batches, so that followers that keep up need no database.

use edgecoder_events::{Position, Recorded};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The newest batches, without gaps.
pub(crate) struct Recent {
    most_events: usize,
    batches: Mutex<Batches>,
}

#[derive(Default)]
struct Batches {
    events: usize,
    queue: VecDeque<Arc<[Recorded]>>,
}

impl Recent {
    pub(crate) fn new(most_events: usize) -> Self {
        Self { most_events, batches: Mutex::default() }
    }

    fn batches(&self) -> MutexGuard<'_, Batches> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a batch; forgets the oldest ones, and everything that the batch does not follow.
    pub(crate) fn push(&self, batch: Arc<[Recorded]>) {
        let Some(first) = batch.first() else { return };
        let mut batches = self.batches();
        if batches.next().is_some_and(|next| next != first.position) {
            *batches = Batches::default();
        }
        batches.events += batch.len();
        batches.queue.push_back(batch);
        while batches.events > self.most_events {
            let Some(oldest) = batches.queue.pop_front() else { break };
            batches.events -= oldest.len();
        }
    }

    /// Events from `from` on, if they are here: up to the end of the batch that holds `from`.
    pub(crate) fn from(&self, from: Position) -> Option<Arc<[Recorded]>> {
        let batches = self.batches();
        let after = batches.queue.partition_point(|batch| batch.first().is_some_and(|first| first.position <= from));
        let batch = batches.queue.get(after.checked_sub(1)?)?;
        let skip = usize::try_from(from.0 - batch.first()?.position.0).ok()?;
        match skip {
            0 => Some(Arc::clone(batch)),
            skip if skip < batch.len() => Some(batch[skip..].into()),
            _ => None,
        }
    }
}

impl Batches {
    fn next(&self) -> Option<Position> {
        Some(Position(self.queue.back()?.last()?.position.0 + 1))
    }
}
