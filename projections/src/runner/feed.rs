//! What comes next in the log? Batches are read ahead, so that many small ones become one transaction.

use crate::{
    ProjectionError,
    log::{Follower, Log, LogError},
};
use edgecoder_events::{Position, Recorded};
use std::sync::Arc;
use tokio::{sync::mpsc, task::JoinHandle};

/// How many batches are read ahead.
const BATCHES_AHEAD: usize = 16;
/// No further batch joins a transaction of so many events.
pub(super) const EVENTS_PER_TURN: usize = 8_192;

type Batch = Result<Arc<[Recorded]>, LogError>;

/// Reads the log from one position on, until it is dropped.
pub(crate) struct Feed {
    batches: mpsc::Receiver<Batch>,
    reader: JoinHandle<()>,
}

impl Feed {
    pub(crate) fn open<L: Log>(log: &L, from: Position) -> Self {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        Self { batches, reader: tokio::spawn(read_ahead(log.follow(from), sender)) }
    }

    /// The next batches, at least one. Nothing is lost where the future is dropped before it is ready.
    pub(crate) async fn next(&mut self) -> Result<Vec<Arc<[Recorded]>>, ProjectionError> {
        let ended = || ProjectionError::Log("the log is not read any more".into());
        let first = self.batches.recv().await.ok_or_else(ended)?.map_err(ProjectionError::Log)?;
        let mut events = first.len();
        let mut turn = vec![first];
        while events < EVENTS_PER_TURN {
            let Ok(batch) = self.batches.try_recv() else { break };
            let batch = batch.map_err(ProjectionError::Log)?;
            events += batch.len();
            turn.push(batch);
        }
        Ok(turn)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read_ahead(mut follower: impl Follower, sender: mpsc::Sender<Batch>) {
    loop {
        let batch = follower.next_batch().await;
        let failed = batch.is_err();
        if sender.send(batch).await.is_err() || failed {
            return;
        }
    }
}
