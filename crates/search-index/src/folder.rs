//! Is the index in this folder one that can be gone on with? What is damaged or of another layout goes.

use crate::{IndexError, Layout, layout::Fields};
use std::{
    fs::{self, File},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};
use tantivy::{Index as Engine, directory::MmapDirectory};

/// Between the layout's version and the caller's mark.
const SEPARATOR: char = '\n';

/// Takes the folder for this process, for as long as the file stays open.
pub(crate) fn lock(folder: &Path) -> Result<File, IndexError> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.try_lock().map_err(|_| IndexError::InUse(folder.to_owned()))?;
    Ok(lock)
}

/// Opens the index, or makes one; with the mark of its newest commit. Reads all of it once.
pub(crate) fn open(folder: &Path, layout: &Layout, fields: &Fields) -> Result<(Engine, Option<String>), IndexError> {
    let files = folder.join("index");
    fs::create_dir_all(&files)?;
    // The engine panics where a file is too short for what it says of itself.
    if let Ok(Some(found)) = catch_unwind(AssertUnwindSafe(|| kept(&files, layout, fields))) {
        return Ok(found);
    }
    fs::remove_dir_all(&files)?;
    fs::create_dir_all(&files)?;
    Ok((Engine::builder().schema(fields.schema.clone()).create_in_dir(&files)?, None))
}

/// The index that is there, where every byte of it is as it was written, by the same layout.
fn kept(files: &Path, layout: &Layout, fields: &Fields) -> Option<(Engine, Option<String>)> {
    let directory = MmapDirectory::open(files).ok()?;
    let engine = Engine::open(directory).ok()?;
    let is_whole = engine.schema() == fields.schema && engine.validate_checksum().is_ok_and(|bad| bad.is_empty());
    if !is_whole {
        return None;
    }
    let Some(payload) = engine.load_metas().ok()?.payload else { return Some((engine, None)) };
    let (version, mark) = payload.split_once(SEPARATOR)?;
    let mark = (version == layout.version.to_string()).then(|| mark.to_owned())?;
    Some((engine, Some(mark)))
}

/// What is kept with a commit.
pub(crate) fn payload(layout: &Layout, mark: &str) -> String {
    format!("{}{SEPARATOR}{mark}", layout.version)
}
