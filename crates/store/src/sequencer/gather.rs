//! Which appends go together into the next batch?

use super::{Sequencer, Submission, Waiting};
use std::time::Duration;
use tokio::time::timeout;

/// How often the sequencer steps aside for callers that were just answered and are about to come again.
const MOST_YIELDS: usize = 16;
/// How long a store that closes waits for the next append of those who have a permit.
const LAST_APPENDS_WITHIN: Duration = Duration::from_secs(1);

impl Sequencer {
    /// Waits for something to do; nothing once the store is closed and everything is done.
    pub(super) async fn gather(&mut self) -> Option<Submission> {
        if self.waiting.is_empty() {
            self.wait().await;
        }
        self.let_companions_in().await;
        self.waiting.pop_front()
    }

    async fn wait(&mut self) {
        let mut arrived = Vec::new();
        let closing = self.closing.clone();
        if !closing.is_cancelled() {
            tokio::select! {
                _ = self.queue.recv_many(&mut arrived, self.limits.queued_appends) => {}
                () = closing.cancelled() => {}
            }
        }
        if closing.is_cancelled() && arrived.is_empty() {
            arrived.extend(self.last_of_queue().await);
        }
        self.waiting.extend(arrived);
    }

    /// While the store closes: the next append of whoever has a permit. Nobody gets a new one, and who keeps one
    /// without using it is not waited for.
    pub(super) async fn last_of_queue(&mut self) -> Option<Submission> {
        self.queue.close();
        timeout(LAST_APPENDS_WITHIN, self.queue.recv()).await.ok().flatten()
    }

    /// A lone caller never waits; among many, those just answered get the chance to be in this batch already.
    async fn let_companions_in(&mut self) {
        for _ in 0..MOST_YIELDS {
            while self.waiting.len() < self.limits.queued_appends {
                let Ok(next) = self.queue.try_recv() else { break };
                self.waiting.push_back(next);
            }
            if self.waiting.len() >= self.companions {
                break;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The appends that follow `first` up to the limits of one batch.
    pub(super) fn take_batch(&mut self, first: Waiting) -> Vec<Waiting> {
        let (mut events, mut bytes) = (first.0.append.events.len(), first.0.bytes);
        let mut batch = vec![first];
        while let Some(Submission::Append(..)) = self.waiting.front() {
            let (more_events, more_bytes) = self.waiting.front().map(Submission::weight).unwrap_or_default();
            events += more_events;
            bytes += more_bytes;
            if events > self.limits.batch_events || bytes > self.limits.batch_bytes {
                break;
            }
            if let Some(Submission::Append(prepared, reply)) = self.waiting.pop_front() {
                batch.push((prepared, reply));
            }
        }
        self.companions = batch.len();
        batch
    }
}
