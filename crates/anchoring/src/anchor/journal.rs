//! What did we mean to do? Every anchor, written down before anything leaves the machine, by one process only.

use super::fact::{Anchor, AnchorFact};
use crate::{
    evidence::Commitment,
    private_file::{self, PrivateFileError},
};
use edgecoder_events::UnixMillis;
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

const FILE: &str = "anchors.json";
const LOCK: &str = "anchors.lock";
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Anchors that are on their way at once.
const MAX_OPEN: usize = 32;
/// Anchors that are kept, so that none is paid for a second time: years of them, and the log has them all.
const MAX_KEPT: usize = 1000;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("another process anchors from {0}; only one may")]
    InUse(PathBuf),
    #[error("{path} could not be locked: {source}")]
    Lock { path: PathBuf, source: io::Error },
    #[error("{0} is not a journal of this version: restore it from a backup; without it an anchor may be paid twice")]
    Malformed(PathBuf),
    #[error("{MAX_OPEN} anchors are on their way already; wait for them, or raise the cap")]
    TooMany,
}

/// The journal of a folder, held by this process as long as the value lives.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    anchors: Vec<Anchor>,
    _lock: File,
}

impl Journal {
    /// Opens the journal of a folder, for this process alone.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let lock = lock(&folder.join(LOCK), folder)?;
        let path = folder.join(FILE);
        let anchors = match private_file::read(&path, MAX_FILE_BYTES)? {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| JournalError::Malformed(path.clone()))?,
            None => Vec::new(),
        };
        Ok(Self { path, anchors, _lock: lock })
    }

    /// Every anchor that is kept, oldest first.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// Wants a commitment anchored; whether that was new.
    pub fn want(&mut self, commitment: Commitment, now: UnixMillis) -> Result<bool, JournalError> {
        if self.anchors.iter().any(|anchor| anchor.commitment == commitment) {
            return Ok(false);
        }
        if self.anchors.iter().filter(|anchor| !anchor.confirmed).count() >= MAX_OPEN {
            return Err(JournalError::TooMany);
        }
        let mut anchors = self.anchors.clone();
        if anchors.len() >= MAX_KEPT {
            let oldest = anchors.iter().position(|anchor| anchor.confirmed);
            anchors.remove(oldest.expect("of so many only a few are on their way"));
        }
        anchors.push(Anchor::wanted(commitment, now));
        self.replace(anchors)?;
        Ok(true)
    }

    /// Writes down a fact about an anchor; when this returns it will survive a crash.
    pub fn record(&mut self, commitment: Commitment, fact: &AnchorFact) -> Result<(), JournalError> {
        let mut anchors = self.anchors.clone();
        for anchor in anchors.iter_mut().filter(|anchor| anchor.commitment == commitment) {
            anchor.evolve(fact);
        }
        if anchors == self.anchors { Ok(()) } else { self.replace(anchors) }
    }

    fn replace(&mut self, anchors: Vec<Anchor>) -> Result<(), JournalError> {
        let bytes = serde_json::to_vec(&anchors).expect("an anchor has no key that is not a text");
        private_file::replace(&self.path, &bytes)?;
        self.anchors = anchors;
        Ok(())
    }
}

fn lock(path: &Path, folder: &Path) -> Result<File, JournalError> {
    let failed = |source| JournalError::Lock { path: path.to_owned(), source };
    let file = File::create(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
