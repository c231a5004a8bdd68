//! Which files does a snapshot bring? An archive pinned by its SHA-256, or a commit of a git repository.
//!
//! The address comes from a stranger: it is fetched without the machine's proxies, keys and configuration, never from
//! the machine's own network, and what it holds is plain files of a bounded size.

mod address;
mod archive;
mod download;
mod git;
mod program;

use super::{Fault, Unable, workspace::Workspace};
use crate::WorkerSettings;
use address::Source;
use edgecoder_wire::{tasks::Snapshot, work::Lack};
use std::{path::PathBuf, time::Duration};

/// The most that is fetched of one snapshot, in bytes.
const MAX_FETCHED_BYTES: u64 = 64 * 1024 * 1024;
/// The most that its files have together, in bytes.
const MAX_UNPACKED_BYTES: u64 = 32 * 1024 * 1024;
/// The most files.
const MAX_FILES: usize = 5_000;

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// No machine can do better.
    #[error("the snapshot is refused: {0}")]
    Refused(String),
    /// Another time may do better.
    #[error("the snapshot could not be fetched: {0}")]
    Unavailable(String),
    /// Another machine may do better.
    #[error("this machine fetches no snapshots: {0}")]
    NotHere(String),
}

impl From<SnapshotError> for Fault {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Refused(_) => Self::OfSubmission(error.to_string()),
            SnapshotError::Unavailable(_) => Self::OfMachine(Unable::without(Lack::Snapshot, error.to_string())),
            SnapshotError::NotHere(_) => Self::OfMachine(Unable::because(error.to_string())),
        }
    }
}

/// How snapshots are fetched here.
pub struct Snapshots {
    /// Whether addresses of this machine are fetched.
    local_allowed: bool,
    program_path: Option<String>,
    scratch: PathBuf,
}

impl Snapshots {
    pub fn new(settings: &WorkerSettings) -> Self {
        Self {
            local_allowed: settings.local_snapshots,
            program_path: settings.program_path.clone(),
            scratch: settings.data_dir.join("snapshots"),
        }
    }

    /// Fetches the files of a snapshot, in at most `limit`.
    pub async fn fetch(&self, snapshot: &Snapshot, limit: Duration) -> Result<Workspace, SnapshotError> {
        match tokio::time::timeout(limit, self.fetch_all(snapshot)).await {
            Ok(files) => files,
            Err(_) => Err(SnapshotError::Unavailable("it took longer than the lease".to_owned())),
        }
    }

    async fn fetch_all(&self, snapshot: &Snapshot) -> Result<Workspace, SnapshotError> {
        let unusable = |error: std::io::Error| SnapshotError::NotHere(format!("no scratch folder: {error}"));
        tokio::fs::create_dir_all(&self.scratch).await.map_err(unusable)?;
        let scratch = tempfile::tempdir_in(&self.scratch).map_err(unusable)?;
        let archive = match (&snapshot.sha256, &snapshot.commit) {
            (Some(sha256), None) => {
                let pin = download::Pin::parse(sha256)?;
                let file = download::fetch(&snapshot.url, self.local_allowed, &pin).await?;
                archive::Archive::gzip(file)
            }
            (None, Some(commit)) => {
                let source = Source::of(&snapshot.url, self.local_allowed).await?;
                let repository = git::Repository::new(scratch.path(), self.program_path.as_deref());
                archive::Archive::plain(repository.archive_of(&source, commit).await?)
            }
            (None, None) => return refuse("it needs sha256 for an archive or commit for a git repository"),
            (Some(_), Some(_)) => return refuse("it names both sha256 and commit: an archive has no commits"),
        };
        let unpacked = tokio::task::spawn_blocking(move || archive.files()).await;
        unpacked.map_err(|_| SnapshotError::Refused("its archive is damaged".to_owned()))?
    }
}

fn refuse<T>(why: &str) -> Result<T, SnapshotError> {
    Err(SnapshotError::Refused(why.to_owned()))
}
