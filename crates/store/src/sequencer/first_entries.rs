//! Which events does the log record about itself? Its creation, and its restoration.

use super::{AppendError, Reply, Sequencer, Standing};
use crate::{Append, Receipt, submission};
use edgecoder_events::{
    Actor, NewEvent, Position, PublicKey, StreamName,
    key::{LedgerCreated, LedgerRestored},
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Sequencer {
    /// The entry at position 0.
    pub(super) async fn record_creation(&mut self) -> Result<Receipt, AppendError> {
        let created = self.created();
        self.record_about_itself(Actor::system("store"), vec![created]).await
    }

    fn created(&self) -> NewEvent {
        let log_key = PublicKey(self.checkpoints.key().verifier_key().public_key().to_bytes());
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
