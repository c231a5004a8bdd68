//! Which checkpoints were published lately?

use crate::Coordinator;
use edgecoder_events::{Position, UnixMillis};
use edgecoder_store::{Published, Store};
use edgecoder_wire::audit::AuditCheckpoint;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// As many as cosignatures are kept for.
const MOST_CHECKPOINTS: usize = 16;

/// The newest checkpoints of this process, the newest last.
#[derive(Default)]
pub(crate) struct RecentCheckpoints(Mutex<VecDeque<Dated>>);

/// A checkpoint and when its newest entry was recorded.
#[derive(Clone)]
struct Dated {
    published: Arc<Published>,
    newest_entry_at: UnixMillis,
}

impl RecentCheckpoints {
    fn add(&self, dated: Dated) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(dated);
        let over = recent.len().saturating_sub(MOST_CHECKPOINTS);
        recent.drain(..over);
    }

    fn all(&self) -> Vec<Dated> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Coordinator {
    /// The newest checkpoints, the newest first, with what witnesses have answered until now.
    pub(crate) fn recent_checkpoints(&self) -> Vec<AuditCheckpoint> {
        let shown = |it: &Dated| AuditCheckpoint {
            note: self.witnesses.note(&it.published),
            newest_entry_at_ms: it.newest_entry_at,
        };
        self.checkpoints.all().iter().rev().map(shown).collect()
    }
}

/// Goes along with what is published, until `stop`.
pub(crate) async fn follow_checkpoints(coordinator: Coordinator, stop: CancellationToken) {
    let following = async {
        let tiles = coordinator.store.tiles();
        let mut size = 0;
        while let Some(published) = tiles.published_with(size + 1).await {
            size = published.checkpoint.size;
            if let Some(newest_entry_at) = newest_entry_at(&coordinator.store, size).await {
                coordinator.checkpoints.add(Dated { published, newest_entry_at });
            } else {
                tracing::warn!(size, "a checkpoint is not listed: its newest entry could not be read");
            }
        }
    };
    stop.run_until_cancelled(following).await;
    // What is a service's own part never ends before the service.
    stop.cancelled().await;
}

async fn newest_entry_at(store: &Store, size: u64) -> Option<UnixMillis> {
    let stored = store.entry(Position(size.checked_sub(1)?)).await.ok()??;
    Some(UnixMillis(stored.decode().ok()?.recorded_at_ms))
}
