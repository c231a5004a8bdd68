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
    tree::{Hash, NeededTiles, TileSet, Tiling, inclusion_proof, leaf_hash, verify_inclusion},
};
use std::{fs, io, path::PathBuf};

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

/// Proves one entry. Where the entry is not the signed one, the proof does not hold.
///
/// # Errors
/// [`ProveError`], where there is no proof at all.
pub async fn prove(wish: &ProveWish) -> Result<Proof, ProveError> {
    let given = wish
        .checkpoint
        .as_deref()
        .map(|file| fs::read_to_string(file).map_err(|error| ProveError::Checkpoint { file: file.to_owned(), error }));
    let given = given.transpose()?;
    let (mut reader, note) = match (&wish.place, given) {
        (Place::Served(address), given) => {
            let source = Source::open(address).map_err(ServedError::from)?;
            let log = match given {
                Some(note) => ServedLog::under(&source, note.as_bytes())?,
                None => ServedLog::newest(&source).await?,
            };
            let note = log.note().to_owned();
            (Reader::of(log), note)
        }
        (place, given) => (Reader::open(place).await?, given.ok_or(ProveError::NoCheckpoint)?),
    };
    let parsed = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
    let checkpoint: Checkpoint = parsed.text().parse()?;
    let trust = Trust::find(&wish.keys, None, std::slice::from_ref(&note), &mut reader).await;
    parsed.verify(&trust.keys).map_err(CheckpointError::from)?;
    let (position, size) = (wish.position, checkpoint.size);
    if position >= size {
        return Err(ProveError::NotCovered { position, size });
    }
    let view = show(&mut reader, Wanted::Position(position)).await?;
    let leaf = view.leaf();
    let path = match reader.served().cloned() {
        Some(log) => AuthenticTiles::under(&log).await?.inclusion_proof(position).await?,
        None => path_from_rows(&mut reader, position, size).await?,
    };
    let holds = verify_inclusion(position, size, &leaf, &path, &checkpoint.root).is_ok();
    let (keys, key_given) = (trust.keys, trust.key_given);
    Ok(Proof { view, position, leaf, path, checkpoint, note, keys, key_given, holds })
}

/// A database has no tiles that an auditor would believe: all of its entries are hashed, and the few tiles that the proof
/// takes hashes from are kept.
async fn path_from_rows(reader: &mut Reader, index: u64, size: u64) -> Result<Vec<Hash>, ProveError> {
    let needed = TileSet::needed(|trees: &NeededTiles| inclusion_proof(trees, index, size));
    let needed = needed.map_err(|_| ProveError::NotCovered { position: index, size })?;
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
        if let Some(unfinished) = tiling.unfinished(place) {
            tiles.insert(place, unfinished.to_vec());
        }
    }
    inclusion_proof(&tiles, index, size).map_err(|_| ProveError::Missing(index))
}
