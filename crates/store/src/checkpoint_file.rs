//! To what has this log committed? The newest signed checkpoint, durable before anyone gets it.

use crate::{
    StorageError,
    backend::{Database, Snapshot},
    batch::LogState,
    log_keys::LogKeys,
};
use edgecoder_ledger::checkpoint::{Checkpoint, CheckpointError};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

/// How long appends gather under one checkpoint; with a slow disk it still stands within a second.
const GATHER: Duration = Duration::from_millis(500);

/// Why the log could not commit to its size.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointWriteError {
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    #[error("checkpoint file: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Signs checkpoints and keeps the newest.
pub(crate) struct Checkpoints {
    origin: String,
    keys: LogKeys,
    file: Option<PathBuf>,
    database: Arc<dyn Database>,
    newest: watch::Sender<Option<Arc<str>>>,
    /// Whether the database is older than the newest note. Signing it then would forget that it was rolled back.
    behind: AtomicBool,
    /// The size of the newest one; held while one is written.
    size: Mutex<u64>,
}

impl Checkpoints {
    /// Reads the newest checkpoint from its file.
    pub(crate) fn open(
        origin: String,
        keys: LogKeys,
        file: Option<PathBuf>,
        database: Arc<dyn Database>,
    ) -> Result<Self, CheckpointWriteError> {
        let note = file.as_deref().map(read).transpose()?.flatten();
        let newest = watch::Sender::new(note.map(Arc::from));
        let checkpoints =
            Self { origin, keys, file, database, newest, behind: AtomicBool::new(false), size: Mutex::new(0) };
        checkpoints.left_behind()?;
        Ok(checkpoints)
    }

    /// Reads the file again: another process on this machine may have led and committed meanwhile.
    pub(crate) fn reload(&self) -> io::Result<()> {
        if let Some(note) = self.file.as_deref().map(read).transpose()?.flatten() {
            self.newest.send_replace(Some(note.into()));
        }
        Ok(())
    }

    /// The newest note.
    pub(crate) fn newest(&self) -> Option<Arc<str>> {
        self.newest.borrow().clone()
    }

    /// Goes along with the newest note.
    pub(crate) fn follow(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.newest.subscribe()
    }

    /// What the newest note commits to.
    pub(crate) fn left_behind(&self) -> Result<Option<Checkpoint>, CheckpointError> {
        self.newest().map(|note| self.opened(&note)).transpose()
    }

    /// What one of our notes says.
    pub(crate) fn opened(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        Checkpoint::open(note.as_bytes(), &self.keys.trusted())
    }

    /// Whether the log is older than the newest note.
    pub(crate) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// Whether the log was found to be older than the newest note: if so, that note stays until it is set aside.
    pub(crate) fn found_behind(&self, behind: bool) {
        self.behind.store(behind, Ordering::Release);
    }

    /// The keys, one of which signs.
    pub(crate) fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// Commits to the log as it is, unless that was done; then notes the frontier for the next start.
    pub(crate) async fn write(&self, log: &LogState) -> Result<(), CheckpointWriteError> {
        let mut size = self.size.lock().await;
        if *size == log.head.size || !log.reaches_head() || self.is_behind() {
            return Ok(());
        }
        let checkpoint = Checkpoint { origin: self.origin.clone(), size: log.head.size, root: log.frontier.root() };
        let note = checkpoint.sign(&self.keys.present())?;
        if let Some(path) = self.file.clone() {
            let bytes = note.clone();
            tokio::task::spawn_blocking(move || edgecoder_durable_file::replace(&path, bytes.as_bytes()))
                .await
                .map_err(io::Error::other)??;
        }
        self.newest.send_replace(Some(note.into()));
        *size = log.head.size;
        self.database.save_snapshot(snapshot(log)).await?;
        Ok(())
    }

    /// Keeps the note that the database is behind of as evidence, under a name of its own.
    pub(crate) fn set_aside(&self, lost_size: u64) -> io::Result<()> {
        if let Some(path) = self.file.as_deref().filter(|path| path.exists()) {
            std::fs::rename(path, path.with_added_extension(format!("lost-{lost_size}")))?;
        }
        self.found_behind(false);
        Ok(())
    }

    /// Commits to what is appended, until the sequencer has ended.
    pub(crate) async fn keep(self: Arc<Self>, mut log: watch::Receiver<LogState>, closing: CancellationToken) {
        loop {
            let open = log.changed().await.is_ok();
            if open {
                let _ = tokio::time::timeout(GATHER, closing.cancelled()).await;
            }
            let newest = log.borrow_and_update().clone();
            if let Err(error) = self.write(&newest).await {
                tracing::error!(%error, "no checkpoint could be written: the log grows without a commitment");
            }
            if !open {
                return;
            }
        }
    }
}

fn snapshot(log: &LogState) -> Snapshot {
    Snapshot {
        head: log.head,
        recorded_at: log.recorded_at,
        epoch: log.epoch,
        frontier: log.frontier.hashes().concat(),
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
