//! Is this entry in the tree that was signed? One entry, the hashes that lead from it to the root, and the checkpoint.

mod climb;

pub use climb::{Step, climb};

use crate::{
    Place, ReadError, Reader,
    entry_view::EntryView,
    served::{AuthenticTiles, ServedError, ServedLog, Source},
    show::{ShowError, Wanted, show},
    verify::Trust,
};
use edgecoder_ledger::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::{Note, NoteError, VerifierKey},
    tree::{Hash, NeededTiles, TilePlace, TileSet, Tiling, inclusion_proof, leaf_hash, verify_inclusion},
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// What to prove, and under which checkpoint.
#[derive(Debug, Clone)]
pub struct ProveWish {
    pub place: Place,
    pub position: u64,
    /// A checkpoint that was kept elsewhere, or the one beside the ledger; a served log has its own.
    pub checkpoint: Option<PathBuf>,
    /// Keys that the auditor knows; without any, the ledger's own word is taken.
    pub keys: Vec<VerifierKey>,
}

/// An entry and what its proof came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    pub view: EntryView,
    pub position: u64,
    pub leaf: Hash,
    /// The hashes from the leaf upwards.
    pub path: Vec<Hash>,
    pub checkpoint: Checkpoint,
    /// The signed note.
    pub note: String,
    pub keys: Vec<VerifierKey>,
    pub key_given: bool,
    /// Whether the path leads from the entry to the signed root.
    pub holds: bool,
}

/// Why nothing is proven about an entry.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Served(#[from] ServedError),
    #[error(transparent)]
    Show(#[from] ShowError),
    #[error("no checkpoint was given, and none lies beside the ledger")]
    NoCheckpoint,
    #[error("the checkpoint {}: {error}", file.display())]
    Checkpoint { file: PathBuf, error: io::Error },
    #[error("the checkpoint is not to be believed: {0}")]
    NotTrusted(#[from] CheckpointError),
    #[error("the checkpoint covers {size} entries, and entry {position} is not among them")]
    NotCovered { position: u64, size: u64 },
    #[error("entry {0} is missing")]
    Missing(u64),
}

impl ProveError {
    /// The exit code: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NotTrusted(CheckpointError::Note(NoteError::BadSignature { .. })) | Self::Missing(_) => 1,
            Self::NotCovered { .. } => 3,
            Self::Read(_)
            | Self::Served(_)
            | Self::Show(_)
            | Self::NoCheckpoint
            | Self::Checkpoint { .. }
            | Self::NotTrusted(_) => 2,
        }
    }
}

/// A ledger and the signed checkpoint under which it is read.
pub(crate) struct Signed {
    pub reader: Reader,
    pub note: String,
    pub checkpoint: Checkpoint,
    pub keys: Vec<VerifierKey>,
    pub key_given: bool,
}

impl Signed {
    /// Opens a ledger under a checkpoint, or a served log under its own where none is given, and checks the signature.
    pub async fn open(place: &Place, given: Option<&Path>, keys: &[VerifierKey]) -> Result<Self, ProveError> {
        let given = given.map(|file| {
            fs::read_to_string(file).map_err(|error| ProveError::Checkpoint { file: file.to_owned(), error })
        });
        let (mut reader, note) = open(place, given.transpose()?).await?;
        let parsed = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        let trust = Trust::find(keys, None, std::slice::from_ref(&note), &mut reader).await;
        parsed.verify(&trust.keys).map_err(CheckpointError::from)?;
        let checkpoint = parsed.text().parse()?;
        Ok(Self { reader, note, checkpoint, keys: trust.keys, key_given: trust.key_given })
    }
}

async fn open(place: &Place, given: Option<String>) -> Result<(Reader, String), ProveError> {
    let Place::Served(address) = place else {
        return Ok((Reader::open(place).await?, given.ok_or(ProveError::NoCheckpoint)?));
    };
    let source = Source::open(address).map_err(ServedError::from)?;
    let log = match given {
        Some(note) => ServedLog::under(&source, note.as_bytes())?,
        None => ServedLog::newest(&source).await?,
    };
    let note = log.note().to_owned();
    Ok((Reader::of(log), note))
}

/// Proves one entry. Where the entry is not the signed one, the proof does not hold.
///
/// # Errors
/// [`ProveError`], where there is no proof at all.
pub async fn prove(wish: &ProveWish) -> Result<Proof, ProveError> {
    let signed = Signed::open(&wish.place, wish.checkpoint.as_deref(), &wish.keys).await?;
    let Signed { mut reader, note, checkpoint, keys, key_given } = signed;
    let (position, size) = (wish.position, checkpoint.size);
    if position >= size {
        return Err(ProveError::NotCovered { position, size });
    }
    let view = show(&mut reader, Wanted::Position(position)).await?;
    let leaf = view.leaf();
    let tiles = tiles_of(&mut reader, &needed_for(&[position], size)?, size).await?;
    let path = inclusion_proof(&tiles, position, size).map_err(|_| ProveError::Missing(position))?;
    let holds = verify_inclusion(position, size, &leaf, &path, &checkpoint.root).is_ok();
    Ok(Proof { view, position, leaf, path, checkpoint, note, keys, key_given, holds })
}

/// The tiles that the proofs of some entries, all of them below `size`, take hashes from.
pub(crate) fn needed_for(positions: &[u64], size: u64) -> Result<BTreeSet<TilePlace>, ProveError> {
    let mut needed = BTreeSet::new();
    for &position in positions {
        let places = TileSet::needed(|trees: &NeededTiles| inclusion_proof(trees, position, size));
        needed.extend(places.map_err(|_| ProveError::NotCovered { position, size })?);
    }
    Ok(needed)
}

/// These tiles of the tree of `size` entries.
pub(crate) async fn tiles_of(
    reader: &mut Reader,
    needed: &BTreeSet<TilePlace>,
    size: u64,
) -> Result<TileSet, ProveError> {
    match reader.served().cloned() {
        Some(log) => Ok(AuthenticTiles::under(&log).await?.with(needed).await?),
        None => tiles_from_rows(reader, needed, size).await,
    }
}

/// A database has no tiles that an auditor would believe: all of its entries are hashed, and the few tiles that proofs
/// take hashes from are kept.
async fn tiles_from_rows(reader: &mut Reader, needed: &BTreeSet<TilePlace>, size: u64) -> Result<TileSet, ProveError> {
    let (mut tiling, mut tiles) = (Tiling::new(), TileSet::default());
    while tiling.size() < size {
        let next = tiling.size();
        let page = reader.from(i64::try_from(next).unwrap_or(i64::MAX)).await?;
        for row in page.rows().take_while(|row| row.position < size) {
            if row.position != tiling.size() {
                return Err(ProveError::Missing(tiling.size()));
            }
            tiling.append(leaf_hash(row.entry), |tile| {
                if needed.contains(&tile.place) {
                    tiles.insert(tile.place, tile.hashes);
                }
            });
        }
        if tiling.size() == next {
            return Err(ProveError::Missing(next));
        }
    }
    for place in needed {
        if let Some(unfinished) = tiling.unfinished(*place) {
            tiles.insert(*place, unfinished.to_vec());
        }
    }
    Ok(tiles)
}
