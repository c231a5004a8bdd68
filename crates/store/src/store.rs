//! The door: one cheap handle for everything that a log can do.

use crate::{
    Append, AppendError, Blobs, CheckpointWriteError, Follower, Head, Limits, Permit, Receipt, Secrets, Standing,
    SubjectKeys, Term, Tiles,
    backend::Database,
    batch::LogState,
    checkpoint_file::Checkpoints,
    recent::Recent,
    submission::{Reply, Submission},
    submit,
};
use edgecoder_events::{Actor, Position, UnixMillis};
use edgecoder_ledger::note::{LogKey, VerifierKey};
use rand::{CryptoRng, Rng};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// A handle to one log; clones share it.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub limits: Limits,
    pub database: Arc<dyn Database>,
    pub checkpoints: Arc<Checkpoints>,
    pub recent: Arc<Recent>,
    pub tiles: Tiles,
    pub log: watch::Receiver<LogState>,
    pub standing: watch::Receiver<Standing>,
    pub term: watch::Receiver<Option<Term>>,
    pub trouble: watch::Receiver<Option<Arc<str>>>,
    pub queue: mpsc::Sender<Submission>,
    /// Bytes that may still join the queue.
    pub room: Arc<Semaphore>,
    pub closing: CancellationToken,
    /// Nothing is answered any more.
    pub ended: CancellationToken,
    pub rng: Mutex<Box<dyn CryptoRng + Send>>,
    pub tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Store {
    /// Records events and waits until they are durable.
    ///
    /// # Errors
    /// [`AppendError`] says why nothing was recorded.
    pub async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        self.reserve().await?.submit(append).await
    }

    /// Waits for a place in the queue. Whoever has it can submit without waiting.
    ///
    /// # Errors
    /// [`AppendError::Stopped`] when the store is closed.
    pub async fn reserve(&self) -> Result<Permit, AppendError> {
        let place = self.0.queue.clone().reserve_owned().await.map_err(|_| AppendError::Stopped)?;
        if self.0.closing.is_cancelled() {
            return Err(AppendError::Stopped);
        }
        Ok(submit::permit(place, Arc::clone(&self.0)))
    }

    /// How many entries are durable, and the chain hash of the last.
    pub fn head(&self) -> Head {
        self.0.log.borrow().head
    }

    /// Whether this process may append.
    pub fn standing(&self) -> Standing {
        *self.0.standing.borrow()
    }

    /// The term in which nobody but this process appends, as far as it knows; nothing while it stands by.
    pub fn term(&self) -> Option<Term> {
        *self.0.term.borrow()
    }

    /// Why the newest append that was tried could not be written; nothing where it was.
    pub fn trouble(&self) -> Option<Arc<str>> {
        self.0.trouble.borrow().clone()
    }

    /// When the newest entry was recorded; time in the log never goes back.
    pub fn newest_recorded_at(&self) -> UnixMillis {
        self.0.log.borrow().recorded_at
    }

    /// Asks the database anything, to see whether it is there.
    ///
    /// # Errors
    /// What it said.
    pub async fn is_there(&self) -> Result<(), crate::StorageError> {
        self.0.database.head().await.map(drop)
    }

    /// Waits until [`Store::standing`] answers `wanted`.
    ///
    /// # Errors
    /// [`AppendError::Stopped`] when the store is closed.
    pub async fn wait_for(&self, wanted: impl FnMut(&Standing) -> bool) -> Result<Standing, AppendError> {
        let mut standing = self.0.standing.clone();
        standing.wait_for(wanted).await.map(|standing| *standing).map_err(|_| AppendError::Stopped)
    }

    /// Goes along the log from `from` on.
    pub fn follow(&self, from: Position) -> Follower {
        Follower {
            next: from,
            log: self.0.log.clone(),
            recent: Arc::clone(&self.0.recent),
            database: Arc::clone(&self.0.database),
        }
    }

    /// The contents that appends brought along.
    pub fn blobs(&self) -> Blobs {
        Blobs(Arc::clone(&self.0.database))
    }

    /// The log in files that never change, for those who verify it from outside.
    pub fn tiles(&self) -> Tiles {
        self.0.tiles.clone()
    }

    /// The keys under which fields of persons are sealed.
    pub fn subject_keys(&self) -> SubjectKeys {
        SubjectKeys(self.clone())
    }

    /// Token and password hashes.
    pub fn secrets(&self) -> Secrets {
        Secrets(Arc::clone(&self.0.database))
    }

    /// The newest signed checkpoint: a note that is durable and at most a second behind.
    pub fn checkpoint(&self) -> Option<Arc<str>> {
        self.0.checkpoints.newest()
    }

    /// Signs a checkpoint of everything that is durable now, where there is none yet.
    ///
    /// # Errors
    /// [`CheckpointWriteError`] where it could not be made durable; a log that was rolled back gets none.
    pub async fn checkpoint_now(&self) -> Result<Option<Arc<str>>, CheckpointWriteError> {
        if self.standing() == Standing::Leading {
            let log = self.0.log.borrow().clone();
            self.0.checkpoints.write(&log).await?;
        }
        Ok(self.checkpoint())
    }

    /// Goes on with a log that is older than its checkpoint. An operator's decision, recorded as `ledger.restored`.
    ///
    /// # Errors
    /// [`AppendError::NotRolledBack`] where there is nothing to accept.
    pub async fn accept_restore(&self, reason: &str, actor: Actor) -> Result<Receipt, AppendError> {
        let reason = reason.to_owned();
        self.decide(|reply| Submission::AcceptRestore { reason, actor, reply }).await
    }

    /// Lets `key` sign the log from the entry on that records it. Whoever calls keeps the old and the new key on disk
    /// until the receipt is there, and opens the store with both if it never comes.
    ///
    /// # Errors
    /// [`AppendError::SameLogKey`] where it signs already; else why nothing was recorded.
    pub async fn rotate_log_key(&self, key: LogKey, actor: Actor) -> Result<Receipt, AppendError> {
        self.decide(|reply| Submission::RotateLogKey { key: Box::new(key), actor, reply }).await
    }

    /// What auditors need to trust the key that signs now.
    pub fn log_verifier_key(&self) -> VerifierKey {
        self.0.checkpoints.keys().present().verifier_key()
    }

    /// An operator's decision waits its turn like an append.
    async fn decide(&self, ask: impl FnOnce(oneshot::Sender<Reply>) -> Submission) -> Result<Receipt, AppendError> {
        let (reply, answer) = oneshot::channel();
        self.0.queue.send(ask(reply)).await.map_err(|_| AppendError::Stopped)?;
        match answer.await {
            Ok(Reply::Recorded(receipt)) => Ok(receipt),
            Ok(Reply::Refused(error)) => Err(error),
            Ok(Reply::Repeated(_)) | Err(_) => Err(AppendError::Stopped),
        }
    }

    /// Records what is queued, signs a last checkpoint, and lets go of the database.
    ///
    /// Whoever has a [`Permit`] has a moment to use it; later it only gets [`AppendError::Stopped`].
    ///
    /// # Errors
    /// What could not be written behind the log is caught up at the next start.
    pub async fn close(&self) -> Result<(), crate::StorageError> {
        self.0.closing.cancel();
        let mut tasks = self.0.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
        self.0.database.close().await
    }

    pub(crate) fn database(&self) -> &dyn Database {
        &*self.0.database
    }

    pub(crate) fn fill_random(&self, bytes: &mut [u8]) {
        self.0.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
