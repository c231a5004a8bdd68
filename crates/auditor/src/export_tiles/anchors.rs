//! Which files prove the anchors of the log? They go with its copy, under the names that a coordinator gives them.

use super::{Export, ExportError};
use crate::{
    AnchorFile, FileKind, Reader,
    anchors::{ANCHORS_AT_ONCE, AllSaid, Said},
};
use std::{fs, io, path::Path};

/// Writes the files of every anchor that the first `size` entries speak of. What is not kept here is left out, and an
/// audit of the copy says that it is missing.
pub(super) async fn save(export: &mut Export<'_>, reader: &mut Reader, size: u64) -> Result<(), ExportError> {
    let said = said_in(reader, size).await?;
    for some in said.in_order().chunks(ANCHORS_AT_ONCE) {
        let files: Vec<AnchorFile> = some.iter().flat_map(|anchor| anchor.files()).collect();
        let contents = reader.contents(&files).await?;
        for file in &files {
            if let Some(bytes) = contents.get(&file.address) {
                save_changed(export, &export.folder.join(file.path()), bytes)?;
            }
        }
        some.iter().try_for_each(|anchor| forget_stale(export.folder, anchor))?;
    }
    Ok(())
}

async fn said_in(reader: &mut Reader, size: u64) -> Result<AllSaid, ExportError> {
    let (mut said, mut next) = (AllSaid::default(), 0);
    loop {
        let page = reader.anchors(next).await?;
        page.rows().take_while(|row| row.position < size).for_each(|row| said.take(row.entry));
        match page.last().and_then(|last| last.checked_add(1)) {
            Some(after) => next = after,
            None => return Ok(said),
        }
    }
}

/// A proof grows; a file that is as it was is not written again.
fn save_changed(export: &mut Export<'_>, file: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    match fs::read(file) {
        Ok(present) if present == bytes => Ok(()),
        Ok(_) | Err(_) => export.replace(file, bytes),
    }
}

/// What proved an anchor whose block went away proves nothing any more.
fn forget_stale(folder: &Path, anchor: &Said) -> Result<(), ExportError> {
    let kept: Vec<FileKind> = anchor.files().map(|file| file.kind).collect();
    for kind in [FileKind::Proof, FileKind::Evidence].into_iter().filter(|kind| !kept.contains(kind)) {
        let file = folder.join(kind.path(&anchor.checkpoint));
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(ExportError::File { file, error }),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
