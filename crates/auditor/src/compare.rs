//! Were two auditors shown the same log? One of two checkpoints must be the beginning of the other.

use crate::{
    ReadError, Reader,
    evidence::{Contradiction, Kind},
    served::{AuthenticTiles, LogAddress, ServedError, ServedLog, Source},
    verify::Trust,
};
use edgecoder_ledger::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::{MAX_NOTE_BYTES, Note, NoteError, VerifierKey},
    tree::verify_consistency,
};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// What to compare.
#[derive(Debug, Clone)]
pub struct CompareWish {
    /// Addresses or folders of served logs, or files with checkpoints.
    pub sides: [LogAddress; 2],
    /// Keys that the auditor knows; without any, the log's own word is taken.
    pub keys: Vec<VerifierKey>,
    /// Where the evidence of a fork is kept.
    pub evidence: PathBuf,
}

/// How two checkpoints of one log stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The first `older` entries of the one are the other.
    Consistent { origin: String, older: u64, newer: u64 },
    /// No history has both.
    Fork {
        origin: String,
        sizes: [u64; 2],
        /// How many entries both share, where both logs show it.
        common: Option<u64>,
        evidence: PathBuf,
    },
}

/// Why two checkpoints could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error("{place}: {error}")]
    Served { place: String, error: ServedError },
    #[error("{place}: {error}")]
    File { place: String, error: io::Error },
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("two checkpoint files alone do not say whose key counts: give --key")]
    NoKey,
    /// It proves that a note was forged or damaged, not that the log was.
    #[error("BAD SIGNATURE: {place}: {error}")]
    BadSignature { place: String, error: CheckpointError },
    #[error("{place}: {error}")]
    NotTrusted { place: String, error: CheckpointError },
    #[error("these are two logs: {} and {}", .0[0], .0[1])]
    TwoLogs([String; 2]),
    #[error(
        "nothing shows the entries between {older} and {newer}: name a served log instead of the larger checkpoint"
    )]
    NoTiles { older: u64, newer: u64 },
    #[error("the evidence could not be kept in {}: {error}", folder.display())]
    Evidence { folder: PathBuf, error: io::Error },
}

impl CompareError {
    /// The exit code: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::BadSignature { .. } => 1,
            Self::NoKey => crate::EXIT_USAGE,
            Self::Served { .. }
            | Self::File { .. }
            | Self::Read(_)
            | Self::NotTrusted { .. }
            | Self::TwoLogs(_)
            | Self::NoTiles { .. }
            | Self::Evidence { .. } => 2,
        }
    }
}

/// One of the two.
struct Side {
    place: String,
    note: String,
    checkpoint: Checkpoint,
    log: Option<ServedLog>,
}

/// Compares two served logs, or checkpoints of them, and keeps the evidence where they contradict each other.
///
/// # Errors
/// [`CompareError`], where it cannot be told.
pub async fn compare(wish: &CompareWish) -> Result<Comparison, CompareError> {
    let [one, other] = &wish.sides;
    let sides = [Side::open(one).await?, Side::open(other).await?];
    check_signatures(&wish.keys, &sides).await?;
    let [one, other] = &sides;
    if one.checkpoint.origin != other.checkpoint.origin {
        return Err(CompareError::TwoLogs([one.checkpoint.origin.clone(), other.checkpoint.origin.clone()]));
    }
    let (older, newer) = if one.checkpoint.size <= other.checkpoint.size { (one, other) } else { (other, one) };
    let origin = older.checkpoint.origin.clone();
    if is_beginning(older, newer).await? {
        return Ok(Comparison::Consistent { origin, older: older.checkpoint.size, newer: newer.checkpoint.size });
    }
    let common = common_beginning(older, newer).await;
    let seen = [older, newer].map(|side| (side.place.as_str(), &side.checkpoint, side.note.as_str()));
    let kept = Contradiction { kind: Kind::Fork, seen, common }.keep(&wish.evidence);
    let evidence = kept.map_err(|error| CompareError::Evidence { folder: wish.evidence.clone(), error })?;
    Ok(Comparison::Fork { origin, sizes: [older.checkpoint.size, newer.checkpoint.size], common, evidence })
}

impl Side {
    async fn open(address: &LogAddress) -> Result<Self, CompareError> {
        let place = address.to_string();
        let served = |error: ServedError| CompareError::Served { place: place.clone(), error };
        let source = Source::open(address).map_err(|error| served(error.into()))?;
        let (log, is_served) = match address {
            LogAddress::Folder(file) if file.is_file() => {
                let note = read(file).map_err(|error| CompareError::File { place: place.clone(), error })?;
                (ServedLog::under(&source, &note), false)
            }
            LogAddress::Folder(_) | LogAddress::Web(_) => (ServedLog::newest(&source).await, true),
        };
        let log = log.map_err(served)?;
        let (note, checkpoint) = (log.note().to_owned(), log.checkpoint().clone());
        Ok(Self { place, note, checkpoint, log: is_served.then_some(log) })
    }
}

/// One byte more than a note may have at most, so that a longer one is refused by its reader.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn check_signatures(keys: &[VerifierKey], sides: &[Side; 2]) -> Result<(), CompareError> {
    let notes = sides.each_ref().map(|side| side.note.clone());
    // The larger log knows of all changes of its key.
    let largest = sides.iter().filter_map(|side| side.log.as_ref()).max_by_key(|log| log.size());
    let keys = match largest {
        Some(log) => Trust::find(keys, None, &notes, &mut Reader::of(log.clone())).await.keys,
        None if keys.is_empty() => return Err(CompareError::NoKey),
        None => keys.to_vec(),
    };
    for side in sides {
        let place = side.place.clone();
        let verified = Note::parse(side.note.as_bytes()).and_then(|note| note.verify(&keys).map(drop));
        match verified.map_err(CheckpointError::from) {
            Ok(()) => {}
            Err(error @ CheckpointError::Note(NoteError::BadSignature { .. })) => {
                return Err(CompareError::BadSignature { place, error });
            }
            Err(error) => return Err(CompareError::NotTrusted { place, error }),
        }
    }
    Ok(())
}

/// Whether the newer log proves that the older checkpoint is its beginning. Its tiles are led to its own root first, so
/// that a refusal is the log's word against itself, and no damage on the way.
async fn is_beginning(older: &Side, newer: &Side) -> Result<bool, CompareError> {
    let (old, new) = (&older.checkpoint, &newer.checkpoint);
    if old.size == new.size || old.size == 0 {
        return Ok(old.size == 0 || old.root == new.root);
    }
    let no_tiles = CompareError::NoTiles { older: old.size, newer: new.size };
    let log = newer.log.as_ref().ok_or(no_tiles)?;
    continues(log, old).await.map_err(|error| CompareError::Served { place: newer.place.clone(), error })
}

/// Whether the log goes on from an older checkpoint of at least one entry.
pub(crate) async fn continues(log: &ServedLog, old: &Checkpoint) -> Result<bool, ServedError> {
    let mut tiles = AuthenticTiles::under(log).await?;
    let proof = tiles.consistency_proof(old.size).await?;
    let new = log.checkpoint();
    Ok(verify_consistency((old.size, &old.root), (new.size, &new.root), &proof).is_ok())
}

/// How many entries two logs share, where the tiles of both can be read.
async fn common_beginning(one: &Side, other: &Side) -> Option<u64> {
    let (one, other) = (one.log.as_ref()?, other.log.as_ref()?);
    let mut one = AuthenticTiles::under(one).await.ok()?;
    let mut other = AuthenticTiles::under(other).await.ok()?;
    first_difference(&mut one, &mut other).await.ok()
}

/// The first entry that differs, found from the roots of ever smaller subtrees.
async fn first_difference(one: &mut AuthenticTiles<'_>, other: &mut AuthenticTiles<'_>) -> Result<u64, ServedError> {
    let end = one.size().min(other.size());
    let mut from = 0;
    while let Some(mut level) = (end - from).checked_ilog2() {
        let mut index = from >> level;
        if one.subtree(level, index).await? != other.subtree(level, index).await? {
            while level > 0 {
                (level, index) = (level - 1, index * 2);
                if one.subtree(level, index).await? == other.subtree(level, index).await? {
                    index += 1;
                }
            }
            return Ok(index);
        }
        from += 1 << level;
    }
    Ok(end)
}
