//! How is a file replaced so that a power cut leaves either the old or the new one?

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Writes beside the file, forces the bytes to the disk, renames, and forces the name to the disk.
///
/// # Errors
/// Where the disk refuses; the old file stays.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// Forces the folder of `path` to the disk, where the platform can.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
