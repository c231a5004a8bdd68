//! How is a log handed to any web server? As a folder with the files of C2SP tlog-tiles.
//!
//! What is there already is not written again: full tiles and bundles never change. The checkpoint is written last, and
//! only where the tiles lead to its root, so that whoever reads the folder meanwhile sees the checkpoint before with all
//! of its files. The files of the anchors go with it, as far as they are kept.

mod anchors;

use crate::{CHECKPOINT_FILE, ReadError, Reader};
use edgecoder_ledger::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::Note,
    tree::{FullTile, Hash, TILE_WIDTH, TileKind, TilePath, TilePlace, Tiling, hashes_at, leaf_hash},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    pub checkpoint: Checkpoint,
    /// How many entries were read from the ledger; those before them were in the folder.
    pub entries_read: u64,
    pub files_written: u64,
}

/// Why a log was not exported. The checkpoint in the folder is the one that was there before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the checkpoint cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
    #[error("{}: {error}", file.display())]
    File { file: PathBuf, error: io::Error },
    #[error("the folder holds the log {0:?}: export this one into another folder")]
    AnotherLog(String),
    #[error("the folder holds a checkpoint of {there} entries, the ledger's has {here}: was the ledger rolled back?")]
    Newer { there: u64, here: u64 },
    #[error("the ledger has no entry {0}, and its checkpoint covers it")]
    Missing(u64),
    #[error("the entries do not lead to the root that was signed: verify the ledger, and export into an empty folder")]
    NotTheSigned,
}

/// Writes the log, as far as the signed `note` covers it, into `folder`.
///
/// # Errors
/// [`ExportError`]; what was written stays, and the next export goes on from there.
pub async fn export_tiles(reader: &mut Reader, note: &str, folder: &Path) -> Result<Exported, ExportError> {
    let checkpoint = parse(note)?;
    let mut export = Export { folder, files_written: 0 };
    export.check_present(&checkpoint)?;
    let mut tiling = export.resume(checkpoint.size);
    let entries_read = checkpoint.size - tiling.size();
    let rest = export.copy(reader, &mut tiling, checkpoint.size).await?;
    if tiling.root() != checkpoint.root {
        return Err(ExportError::NotTheSigned);
    }
    export.save_unfinished(&tiling, &rest)?;
    anchors::save(&mut export, reader, checkpoint.size).await?;
    export.replace(&folder.join(CHECKPOINT_FILE), note.as_bytes())?;
    Ok(Exported { checkpoint, entries_read, files_written: export.files_written })
}

fn parse(note: &str) -> Result<Checkpoint, CheckpointError> {
    Note::parse(note.as_bytes())?.text().parse()
}

struct Export<'a> {
    folder: &'a Path,
    files_written: u64,
}

impl Export<'_> {
    /// A folder is never led back to an older state, and never mixed with another log.
    fn check_present(&self, checkpoint: &Checkpoint) -> Result<(), ExportError> {
        let file = self.folder.join(CHECKPOINT_FILE);
        let note = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            note => note.map_err(|error| ExportError::File { file, error })?,
        };
        let present = parse(&note)?;
        if present.origin != checkpoint.origin {
            return Err(ExportError::AnotherLog(present.origin));
        }
        let (there, here) = (present.size, checkpoint.size);
        if there > here { Err(ExportError::Newer { there, here }) } else { Ok(()) }
    }

    /// Takes up the tiles that are there; each is written after those on which it rests.
    fn resume(&self, size: u64) -> Tiling {
        let (mut there, mut beyond) = (0, size / TILE_WIDTH + 1);
        while beyond - there > 1 {
            let middle = there + (beyond - there) / 2;
            if self.has_full(middle - 1) { there = middle } else { beyond = middle }
        }
        let read = |place: TilePlace| -> io::Result<Vec<Hash>> {
            let bytes = fs::read(self.file(TileKind::Hashes { level: place.level }, place.number, TILE_WIDTH))?;
            match bytes.as_chunks::<32>() {
                (hashes, []) if hashes.len() == 256 => Ok(hashes.to_vec()),
                _ => Err(io::ErrorKind::InvalidData.into()),
            }
        };
        Tiling::resume(there * TILE_WIDTH, read).unwrap_or_default()
    }

    fn has_full(&self, number: u64) -> bool {
        let leaves = TileKind::Hashes { level: 0 };
        [TileKind::Entries, leaves].into_iter().all(|kind| self.file(kind, number, TILE_WIDTH).is_file())
    }

    /// Reads the entries from where the tiling stands, and gives the bundle that is not full.
    async fn copy(&mut self, reader: &mut Reader, tiling: &mut Tiling, size: u64) -> Result<Vec<u8>, ExportError> {
        let mut bundle = Vec::new();
        while tiling.size() < size {
            let next = tiling.size();
            let page = reader.from(i64::try_from(next).unwrap_or(i64::MAX)).await?;
            for row in page.rows().take_while(|row| row.position < size) {
                if row.position != tiling.size() {
                    return Err(ExportError::Missing(tiling.size()));
                }
                self.take(tiling, &mut bundle, row.entry)?;
            }
            if tiling.size() == next {
                return Err(ExportError::Missing(next));
            }
        }
        Ok(bundle)
    }

    fn take(&mut self, tiling: &mut Tiling, bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), ExportError> {
        let length = u16::try_from(entry.len()).map_err(|_| ExportError::NotTheSigned)?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
        let mut full = Vec::new();
        tiling.append(leaf_hash(entry), |tile| full.push(tile));
        if tiling.size().is_multiple_of(TILE_WIDTH) {
            self.save(TileKind::Entries, tiling.size() / TILE_WIDTH - 1, TILE_WIDTH, &std::mem::take(bundle))?;
        }
        for FullTile { place, hashes } in full {
            self.save(TileKind::Hashes { level: place.level }, place.number, TILE_WIDTH, &hashes.concat())?;
        }
        Ok(())
    }

    fn save_unfinished(&mut self, tiling: &Tiling, bundle: &[u8]) -> Result<(), ExportError> {
        let size = tiling.size();
        if !bundle.is_empty() {
            self.save(TileKind::Entries, size / TILE_WIDTH, size % TILE_WIDTH, bundle)?;
        }
        for level in (0..).take_while(|level| hashes_at(size, *level) > 0) {
            let (number, width) = (hashes_at(size, level) / TILE_WIDTH, hashes_at(size, level) % TILE_WIDTH);
            if let Some(hashes) = tiling.unfinished(TilePlace { level, number }) {
                self.save(TileKind::Hashes { level }, number, width, &hashes.concat())?;
            }
        }
        Ok(())
    }

    fn file(&self, kind: TileKind, number: u64, width: u64) -> PathBuf {
        self.folder.join(TilePath { kind, number, width }.to_string())
    }

    fn save(&mut self, kind: TileKind, number: u64, width: u64, bytes: &[u8]) -> Result<(), ExportError> {
        let file = self.file(kind, number, width);
        if file.is_file() { Ok(()) } else { self.replace(&file, bytes) }
    }

    /// A file is there whole or not at all, whatever stops the export.
    fn replace(&mut self, file: &Path, bytes: &[u8]) -> Result<(), ExportError> {
        crate::durable::replace(file, bytes).map_err(|error| ExportError::File { file: file.to_owned(), error })?;
        self.files_written += 1;
        Ok(())
    }
}
