//! Is the batch durable? Once more where the connection broke before the database had it; never twice.

use super::{Sequencer, Standing, lead::Outcome};
use crate::{
    AppendError, StorageError,
    backend::{CommitError, NewBatch},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// A batch that takes longer to be durable says so: everybody waits for it.
const SLOW: Duration = Duration::from_secs(1);

/// A batch of which the head says that the database does not have it, and why.
struct Unwritten {
    batch: NewBatch,
    error: StorageError,
}

impl Sequencer {
    /// Makes a batch durable. The first batch after the server was started again finds its connection closed, and that is
    /// no reason to refuse it: this process leads anew by then, on the head that the batch was built on.
    pub(super) async fn commit(&mut self, batch: NewBatch) -> Result<(), AppendError> {
        let (began, entries) = (Instant::now(), batch.after.size.saturating_sub(batch.before.size));
        let committed = self.commit_once(batch).await;
        let took = began.elapsed();
        if took >= SLOW {
            let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(duration_ms, entries, "the database took long to make events durable: look at its disk");
        }
        committed
    }

    async fn commit_once(&mut self, batch: NewBatch) -> Result<(), AppendError> {
        let Some(unwritten) = self.try_to_commit(batch).await? else { return Ok(()) };
        tracing::info!(error = %unwritten.error, "the connection to the database was made anew");
        match self.try_to_commit(unwritten.batch).await? {
            None => Ok(()),
            Some(Unwritten { error, .. }) => Err(AppendError::Storage(Arc::new(error))),
        }
    }

    /// Nothing where the batch is durable; itself where it is not and another connection may write it.
    async fn try_to_commit(&mut self, batch: NewBatch) -> Result<Option<Unwritten>, AppendError> {
        let (before, after) = (batch.before, batch.after);
        let (error, batch) = match self.database.commit(batch).await {
            Ok(()) => return Ok(None),
            Err(CommitError::Superseded) => return Err(self.step_down(AppendError::NotLeader)),
            Err(CommitError::Failed(error)) => (error, None),
            Err(CommitError::BrokenOff(error, batch)) => (error, Some(*batch)),
        };
        match self.in_trouble(&error).find_out(before, after).await {
            Outcome::Written => Ok(None),
            Outcome::WrittenAndLost => {
                self.stand_down();
                Ok(None)
            }
            Outcome::NotWritten => match batch {
                Some(batch) => Ok(Some(Unwritten { batch, error })),
                None => Err(AppendError::Storage(Arc::new(error))),
            },
            Outcome::Lost => Err(self.step_down(AppendError::NotLeader)),
            Outcome::Unknown => Err(self.step_down(AppendError::OutcomeUnknown)),
        }
    }

    /// Lets others know that a batch could not be written. That the database is not there they find out by themselves, and
    /// also when it is there again: nobody need append for that.
    fn in_trouble(&mut self, error: &StorageError) -> &mut Self {
        if !error.is_absence() {
            self.trouble.send_replace(Some(error.to_string().into()));
        }
        self
    }

    fn step_down(&self, error: AppendError) -> AppendError {
        self.stand_down();
        error
    }

    fn stand_down(&self) {
        self.term.send_replace(None);
        self.standing.send_replace(Standing::Standby);
    }
}
