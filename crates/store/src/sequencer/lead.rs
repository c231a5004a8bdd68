//! Does this process lead the log, and what became of a batch whose answer was lost?

use super::{AppendError, Sequencer, Standing, Term};
use crate::{
    StorageError,
    backend::Head,
    log_keys,
    recovery::{self, Found},
};
use futures_util::StreamExt;
use std::time::Duration;

/// How often the head is asked for after a commit whose answer was lost.
const MOST_ATTEMPTS: u32 = 8;
/// How long the first pause between two attempts is; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

pub(super) enum Outcome {
    Written,
    NotWritten,
    /// It is written, but another process has gone on from there.
    WrittenAndLost,
    /// Another process has gone on.
    Lost,
    Unknown,
}

impl Sequencer {
    /// Takes the lead where it is free, and examines the log that it finds.
    pub(crate) async fn take_lead(&mut self) -> Result<bool, StorageError> {
        let Some(head) = self.database.lead().await? else { return Ok(false) };
        self.checkpoints.reload()?;
        let left_behind = self.checkpoints.left_behind().map_err(|_| StorageError::Value("the newest checkpoint"))?;
        let Found { log, rolled_back } =
            recovery::examine(&*self.database, head, &self.origin, left_behind.as_ref()).await?;
        self.choose_log_key().await?;
        self.streams.clear();
        self.keys.clear();
        self.terms += 1;
        self.term.send_replace(Some(Term(self.terms)));
        // Before anyone can see the log as it was found, and sign it.
        self.checkpoints.found_behind(rolled_back.is_some());
        self.log.send_replace(log);
        self.standing.send_replace(rolled_back.map_or(Standing::Leading, Standing::RolledBack));
        if head.size == 0 && rolled_back.is_none() {
            self.record_creation().await.map_err(|error| StorageError::Begin(error.to_string()))?;
        }
        Ok(true)
    }

    /// The log's own key signs its checkpoints, and no other.
    async fn choose_log_key(&self) -> Result<(), StorageError> {
        match log_keys::history(&*self.database).await?.present() {
            Some(key) if !self.checkpoints.keys().choose(&key) => Err(StorageError::LogKeyMissing(key)),
            Some(_) | None => Ok(()),
        }
    }

    /// Waits for the lead, refusing whatever comes; false once the store is closed.
    pub(super) async fn stand_by(&mut self) -> bool {
        loop {
            match self.take_lead().await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the lead of the log could not be taken; trying again"),
            }
            self.show_head_of_leader().await;
            if !self.refuse_until_something_may_have_changed().await {
                return false;
            }
        }
    }

    async fn show_head_of_leader(&mut self) {
        match self.database.head().await {
            Ok(head) => drop(self.log.send_if_modified(|log| std::mem::replace(&mut log.head, head) != head)),
            Err(error) => tracing::debug!(%error, "the head of the log could not be read"),
        }
    }

    async fn refuse_until_something_may_have_changed(&mut self) -> bool {
        while let Some(waiting) = self.waiting.pop_front() {
            waiting.refuse(AppendError::NotLeader);
        }
        let database = std::sync::Arc::clone(&self.database);
        let closing = self.closing.clone();
        let moved = database.head_may_have_moved();
        tokio::pin!(moved);
        loop {
            tokio::select! {
                () = &mut moved => return true,
                () = closing.cancelled() => {
                    while let Some(submission) = self.last_of_queue().await {
                        submission.refuse(AppendError::Stopped);
                    }
                    return false;
                }
                submission = self.queue.recv() => match submission {
                    Some(submission) => submission.refuse(AppendError::NotLeader),
                    None => return false,
                },
            }
        }
    }

    async fn is_in_log(&self, head: Head) -> Result<bool, StorageError> {
        let mut last = self.database.entries(head.size.saturating_sub(1), head.size);
        Ok(last.next().await.transpose()?.is_some_and(|entry| entry.hash == head.hash))
    }

    /// Asks the database which head stands after a commit that failed. Taking the lead anew makes sure that the
    /// commit is not still on its way.
    pub(super) async fn find_out(&mut self, before: Head, after: Head) -> Outcome {
        let mut pause = FIRST_PAUSE;
        for attempt in 0..MOST_ATTEMPTS {
            match self.database.lead().await {
                Ok(Some(head)) if head == before => return Outcome::NotWritten,
                Ok(Some(head)) if head == after => return Outcome::Written,
                // Others went on: what they went on from tells, for no entry ever changes.
                Ok(_) => match self.is_in_log(after).await {
                    Ok(true) => return Outcome::WrittenAndLost,
                    Ok(false) => return Outcome::Lost,
                    Err(error) => tracing::warn!(%error, attempt, "the log could not be read"),
                },
                Err(error) => tracing::warn!(%error, attempt, "the head of the log could not be read"),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Outcome::Unknown
    }
}
