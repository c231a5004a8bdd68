//! What did we mean to do? Every anchor, written down before anything leaves the machine, by one process only.

use super::{
    fact::{Anchor, AnchorFact},
    spending::paid_today,
};
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
/// Anchors that are kept, so that none is paid for a second time. Beyond that the oldest that are settled make room, and
/// no other: their blocks stay, and their fees are not of this day.
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
    #[error("the journal is full, and none of its {MAX_KEPT} anchors is settled for a day: ask again later")]
    Full,
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
    pub fn want(&mut self, commitment: Commitment, now: UnixMillis, tip_height: u32) -> Result<bool, JournalError> {
        if self.anchors.iter().any(|anchor| anchor.commitment == commitment) {
            return Ok(false);
        }
        if self.anchors.iter().filter(|anchor| !anchor.confirmed).count() >= MAX_OPEN {
            return Err(JournalError::TooMany);
        }
        let mut anchors = self.anchors.clone();
        if anchors.len() >= MAX_KEPT {
            let past = |anchor: &Anchor| anchor.is_settled(tip_height) && !paid_today(anchor, now);
            anchors.remove(anchors.iter().position(past).ok_or(JournalError::Full)?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        anchor::{Attempt, AttemptKind},
        headers::KnownBlock,
    };
    use bitcoin::{BlockHash, Txid, hashes::Hash};

    const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

    fn commitment(number: usize) -> Commitment {
        Commitment::to_file(&number.to_le_bytes())
    }

    fn confirmed_in(height: u32, number: usize) -> Anchor {
        let block = KnownBlock { height, hash: BlockHash::all_zeros() };
        let included = Some((Txid::all_zeros(), block));
        Anchor { included, confirmed: true, ..Anchor::wanted(commitment(number), UnixMillis(0)) }
    }

    #[test]
    fn a_full_journal_forgets_what_is_settled_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut anchors: Vec<Anchor> = (0..MAX_KEPT).map(|number| confirmed_in(100, number)).collect();
        anchors[0] = confirmed_in(150, 0);
        anchors[1].attempts.push(Attempt {
            kind: AttemptKind::First,
            txid: Txid::all_zeros(),
            raw: String::new(),
            fee_sat: 1,
            rate_sat_per_vbyte: 1,
            at: NOW,
            given_up: true,
        });
        private_file::create(&folder.path().join(FILE), &serde_json::to_vec(&anchors).unwrap()).unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        let new = commitment(MAX_KEPT);
        assert!(matches!(journal.want(new, NOW, 199), Err(JournalError::Full)), "none is deep enough");
        assert!(journal.want(new, NOW, 200).unwrap());
        assert_eq!(journal.anchors().len(), MAX_KEPT);
        assert_eq!(journal.anchors()[..2], anchors[..2], "not deep enough, and paid today");
        assert_eq!(journal.anchors()[2].commitment, commitment(3), "the oldest of the others made room");
    }
}
