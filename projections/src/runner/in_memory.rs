//! Projections in memory: taken in from the first event at every start, all by one reading of the log.

use super::{Progress, feed::Feed};
use crate::log::Log;
use edgecoder_events::{Position, Recorded};
use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};
use tokio::{sync::watch, time::sleep};

const RETRY: Duration = Duration::from_millis(500);

/// A projection in memory. Its locks are held for one batch or one answer, and never across an `await`.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(Arc<RwLock<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the log until it ends; `apply` takes one batch into every projection in memory.
pub(crate) async fn follow_in_memory<L: Log>(
    log: L,
    progress: watch::Sender<Progress>,
    mut apply: impl FnMut(&[Recorded]) + Send,
) {
    loop {
        let mut feed = Feed::open(&log, progress.borrow().next);
        let error = loop {
            match feed.next().await {
                Ok(turn) => {
                    for batch in &turn {
                        take_in(&progress, batch, &mut apply);
                    }
                }
                Err(error) => break error,
            }
        };
        if error.is_the_end_of_the_log() {
            return;
        }
        tracing::warn!("the projections in memory stopped, trying again: {error}");
        progress.send_modify(|it| it.trouble = Some(error.to_string()));
        sleep(RETRY).await;
    }
}

fn take_in(progress: &watch::Sender<Progress>, batch: &[Recorded], apply: &mut impl FnMut(&[Recorded])) {
    let Some(newest) = batch.last() else { return };
    apply(batch);
    progress.send_modify(|it| (it.next, it.trouble) = (Position(newest.position.0 + 1), None));
}
