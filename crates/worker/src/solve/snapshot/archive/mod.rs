//! Which files are in an archive? Plain files below its root, and nothing else.

use super::{MAX_FILES, MAX_UNPACKED_BYTES, SnapshotError, refuse};
use crate::solve::workspace::Workspace;
use flate2::read::MultiGzDecoder;
use std::{
    io::{self, Cursor, Read},
    path::{Component, Path},
};
use tar::{Entry, EntryType};

/// A tape archive, as it came.
pub struct Archive {
    bytes: Vec<u8>,
    gzip: bool,
}

impl Archive {
    /// One that strangers packed. The folder that all its files are in, as forges make it, is left out of their paths.
    pub fn gzip(bytes: Vec<u8>) -> Self {
        Self { bytes, gzip: true }
    }

    /// One that git made here.
    pub fn plain(bytes: Vec<u8>) -> Self {
        Self { bytes, gzip: false }
    }

    /// Reads the files into memory. Nothing touches the disk.
    pub fn files(self) -> Result<Workspace, SnapshotError> {
        let reader = Cursor::new(self.bytes);
        if self.gzip { read(MultiGzDecoder::new(reader)).map(without_common_folder) } else { read(reader) }
    }
}

/// Headers and padding of every entry, on top of its contents.
const MAX_OVERHEAD_BYTES: u64 = 8 * 1024 * 1024;

fn read(reader: impl Read) -> Result<Workspace, SnapshotError> {
    let damaged = |error: io::Error| SnapshotError::Refused(format!("its archive is damaged or too large: {error}"));
    // A bomb ends here, whatever its headers say of its size.
    let bounded = reader.take(MAX_UNPACKED_BYTES.saturating_add(MAX_OVERHEAD_BYTES));
    let (mut archive, mut files, mut left) = (tar::Archive::new(bounded), Workspace::default(), MAX_UNPACKED_BYTES);
    for (count, entry) in archive.entries().map_err(damaged)?.enumerate() {
        if count >= 2 * MAX_FILES || files.len() >= MAX_FILES {
            return refuse(&format!("it has more than {MAX_FILES} files"));
        }
        let mut entry = entry.map_err(damaged)?;
        let Some(path) = path_of_file(&entry)? else { continue };
        let mut bytes = Vec::new();
        let read = entry.by_ref().take(left.saturating_add(1)).read_to_end(&mut bytes).map_err(damaged)?;
        left = match left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) {
            Some(left) => left,
            None => return refuse(&format!("its files have more than {MAX_UNPACKED_BYTES} bytes")),
        };
        files.put(&path, bytes);
    }
    Ok(files)
}

/// The path of a plain file; `None` for folders and for comments of the archive's maker.
fn path_of_file(entry: &Entry<'_, impl Read>) -> Result<Option<String>, SnapshotError> {
    let kind = entry.header().entry_type();
    let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    match kind {
        EntryType::XGlobalHeader | EntryType::Directory => return Ok(None),
        EntryType::Regular => {}
        EntryType::Symlink | EntryType::Link => return refuse(&format!("{shown:?} is a link")),
        _ => return refuse(&format!("{shown:?} is neither a file nor a folder")),
    }
    let path = entry.path().map_err(|_| SnapshotError::Refused(format!("{shown:?} is no file name")))?;
    match plain_path(&path) {
        Some(path) => Ok(Some(path)),
        None => refuse(&format!("{shown:?} is a name that leaves its folder")),
    }
}

fn plain_path(path: &Path) -> Option<String> {
    let mut names = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => names.push(name.to_str().filter(|name| !name.contains(['\\', '\0', ':']))?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(names.join("/")).filter(|path| !path.is_empty())
}

fn without_common_folder(files: Workspace) -> Workspace {
    let first = files.paths().next().and_then(|path| path.split_once('/')).map(|(folder, _)| format!("{folder}/"));
    let Some(common) = first.filter(|common| files.paths().all(|path| path.starts_with(common.as_str()))) else {
        return files;
    };
    let mut inner = Workspace::default();
    for (path, bytes) in files.files() {
        inner.put(&path[common.len()..], bytes.to_vec());
    }
    inner
}

#[cfg(test)]
mod tests;
