//! Which events does the log record about itself? Its creation, its restoration, and the change of its key.

use super::{AppendError, Reply, Sequencer, Standing};
use crate::{Append, Receipt, log_keys::public_key, submission};
use edgecoder_events::{
    Actor, NewEvent, Position, StreamName,
    key::{LedgerCreated, LedgerRestored},
};
use edgecoder_identity::log_key_rotation;
use edgecoder_ledger::note::LogKey;
use std::sync::Arc;
use tokio::sync::oneshot;

impl Sequencer {
    /// The entry at position 0.
    pub(super) async fn record_creation(&mut self) -> Result<Receipt, AppendError> {
        let created = self.created();
        self.record_about_itself(Actor::system("store"), vec![created]).await
    }

    fn created(&self) -> NewEvent {
        let log_key = public_key(&self.checkpoints.keys().present());
        let event = LedgerCreated { origin: self.origin.clone(), log_key }.into();
        NewEvent { stream: StreamName::ledger(), event }
    }

    async fn record_about_itself(&mut self, actor: Actor, events: Vec<NewEvent>) -> Result<Receipt, AppendError> {
        let prepared = submission::prepare(Append::new(actor, events), &self.limits)?;
        self.record_own(prepared).await
    }

    /// Goes on with a log that is older than its checkpoint, as an operator decided.
    pub(super) async fn accept_restore(&mut self, reason: String, actor: Actor, reply: oneshot::Sender<Reply>) {
        let outcome = self.restore(reason, actor).await.map_or_else(Reply::Refused, Reply::Recorded);
        let _ = reply.send(outcome);
    }

    async fn restore(&mut self, reason: String, actor: Actor) -> Result<Receipt, AppendError> {
        let Standing::RolledBack(rolled_back) = *self.standing.borrow() else {
            return Err(AppendError::NotRolledBack);
        };
        let (epoch, size) = {
            let log = self.log.borrow();
            (log.epoch + 1, log.head.size)
        };
        let restored = LedgerRestored {
            epoch,
            restored_size: Position(size),
            lost_size: Position(rolled_back.checkpoint_size),
            reason,
        };
        let mut events = vec![NewEvent { stream: StreamName::ledger(), event: restored.into() }];
        if size == 0 {
            events.insert(0, self.created());
        }
        let receipt = self.record_about_itself(actor, events).await?;
        self.log.send_modify(|log| log.epoch = epoch);
        self.commit_to_restored(rolled_back.checkpoint_size).await?;
        self.standing.send_replace(Standing::Leading);
        Ok(receipt)
    }

    /// Lets another key sign from the entry of the change on.
    pub(super) async fn rotate_log_key(&mut self, key: LogKey, actor: Actor, reply: oneshot::Sender<Reply>) {
        let outcome = self.rotate(key, actor).await.map_or_else(Reply::Refused, Reply::Recorded);
        let _ = reply.send(outcome);
    }

    async fn rotate(&mut self, new: LogKey, actor: Actor) -> Result<Receipt, AppendError> {
        if let Some(error) = self.refusal() {
            return Err(error);
        }
        let keys = self.checkpoints.keys();
        let (old, new_key) = (keys.present(), public_key(&new));
        if public_key(&old) == new_key {
            return Err(AppendError::SameLogKey);
        }
        let event = log_key_rotation::sign(&self.origin, old.signing_key(), new.signing_key()).into();
        // Known before it is recorded: if the answer is lost, whoever takes the lead again finds it.
        keys.add(new);
        let rotated = NewEvent { stream: StreamName::ledger(), event };
        let receipt = self.record_about_itself(actor, vec![rotated]).await?;
        self.checkpoints.keys().choose(&new_key);
        Ok(receipt)
    }

    /// Before anyone may append again, the next start must find this log right.
    async fn commit_to_restored(&mut self, lost_size: u64) -> Result<(), AppendError> {
        let log = self.log.borrow().clone();
        let committed = async {
            self.checkpoints.set_aside(lost_size)?;
            self.checkpoints.write(&log).await
        };
        committed.await.map_err(|error| AppendError::Storage(Arc::new(crate::StorageError::Begin(error.to_string()))))
    }
}
