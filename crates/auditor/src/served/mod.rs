//! What does a log show to strangers? The files of C2SP tlog-tiles, from a server or from a folder.
//!
//! Nothing here is believed: a checkpoint is what the server says until its signature is checked, and a tile until
//! [`AuthenticTiles`] has led it to a signed root.

mod address;
mod authentic;
mod bundle;
mod source;

pub use address::LogAddress;
pub(crate) use authentic::AuthenticTiles;
pub(crate) use bundle::entries_in;
pub(crate) use source::Source;

use crate::AnchorFile;
use edgecoder_ledger::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::{MAX_NOTE_BYTES, Note},
    tree::{Hash, TILE_WIDTH, TileKind, TilePath, TilePlace, width_in},
};
use source::SourceError;

/// The longest bundle: 256 of the longest entries, each after its length.
const MAX_BUNDLE_BYTES: usize = 256 * (edgecoder_ledger::MAX_ENTRY_BYTES + 2);
const MAX_TILE_BYTES: usize = 256 * 32;

/// Why a served log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServedError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{0} is not there: is this the address of a log in tiles, and does its coordinator run?")]
    NoCheckpoint(String),
    #[error("the checkpoint cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint covers it, and it is not there.
    #[error("{0} is not there, and the checkpoint covers it")]
    Missing(TilePath),
    #[error("{path} is damaged: {problem}")]
    Damaged { path: TilePath, problem: &'static str },
    /// The tiles do not lead to the root that was signed.
    #[error("the tiles do not fit the checkpoint of size {size}: {problem}")]
    NotAuthentic { size: u64, problem: String },
}

/// The log as one checkpoint shows it, whoever signed that.
#[derive(Debug, Clone)]
pub(crate) struct ServedLog {
    source: Source,
    note: String,
    checkpoint: Checkpoint,
}

impl ServedLog {
    /// Reads the newest checkpoint.
    pub async fn newest(source: &Source) -> Result<Self, ServedError> {
        let note = source.get("checkpoint", MAX_NOTE_BYTES).await?;
        let note = note.ok_or_else(|| ServedError::NoCheckpoint(source.name_of("checkpoint")))?;
        Self::under(source, &note)
    }

    /// The log under a checkpoint from elsewhere.
    pub fn under(source: &Source, note: &[u8]) -> Result<Self, ServedError> {
        let parsed = Note::parse(note).map_err(CheckpointError::from)?;
        let checkpoint = parsed.text().parse()?;
        Ok(Self { source: source.clone(), note: String::from_utf8_lossy(note).into_owned(), checkpoint })
    }

    /// The signed note, as it was served.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What the note says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// How many entries the checkpoint covers.
    pub const fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The entries of one bundle as they are served, as far as the checkpoint covers them; see [`entries_in`].
    pub async fn bundle(&self, number: u64) -> Result<Vec<u8>, ServedError> {
        let width = width_in(self.size(), TilePlace { level: 0, number });
        let path = TilePath { kind: TileKind::Entries, number, width };
        let bundle = self.file(path, MAX_BUNDLE_BYTES).await?;
        let damaged = || ServedError::Damaged { path, problem: "the lengths of its entries do not fit it" };
        let covered = bundle::length_of(&bundle, width).ok_or_else(damaged)?;
        Ok(bundle[..covered].to_vec())
    }

    /// The hashes of one tile, as far as the checkpoint covers them.
    pub async fn hashes(&self, place: TilePlace) -> Result<Vec<Hash>, ServedError> {
        let width = width_in(self.size(), place);
        let path = TilePath { kind: TileKind::Hashes { level: place.level }, number: place.number, width };
        let bytes = self.file(path, MAX_TILE_BYTES).await?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        match usize::try_from(width).ok().and_then(|width| hashes.get(..width)) {
            Some(hashes) if rest.is_empty() => Ok(hashes.to_vec()),
            _ => Err(ServedError::Damaged { path, problem: "it has not as many hashes as its name says" }),
        }
    }

    /// A file of one of its anchors; nothing where there is none.
    pub async fn anchor_file(&self, file: &AnchorFile) -> Result<Option<Vec<u8>>, ServedError> {
        Ok(self.source.get(&file.path(), file.limit()).await?)
    }

    /// Who serves a log may forget a part of a tile once there is more of it: then the whole one is there.
    async fn file(&self, path: TilePath, limit: usize) -> Result<Vec<u8>, ServedError> {
        let whole = TilePath { width: TILE_WIDTH, ..path };
        let file = match self.source.get(&path.to_string(), limit).await? {
            None if path != whole => self.source.get(&whole.to_string(), limit).await?,
            file => file,
        };
        file.ok_or(ServedError::Missing(path))
    }
}
