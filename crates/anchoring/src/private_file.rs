//! How is something kept that must survive a crash and be read by nobody else? Written beside, synced, moved into place.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// Why a private file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    #[error("other users can read {path}: make it private (chmod 600), and move its money away if somebody may have")]
    Exposed { path: PathBuf },
    #[error("{path} is larger than {most} bytes; it is not ours")]
    TooLarge { path: PathBuf, most: u64 },
    #[error("{path} could not be read or written: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// Reads a file whole, if it is there.
pub fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, PrivateFileError> {
    let failed = |source| PrivateFileError::Io { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if readable_by_others(&file).map_err(failed)? {
        return Err(PrivateFileError::Exposed { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    let read = file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) {
        return Ok(Some(bytes));
    }
    Err(PrivateFileError::TooLarge { path: path.to_owned(), most })
}

/// Replaces a file whole: after a crash there is the old one or the new one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
    write(path, bytes, |file, path| file.persist(path).map(drop).map_err(|error| error.error))
}

/// Writes a file that must not be there yet.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
    write(path, bytes, |file, path| file.persist_noclobber(path).map(drop).map_err(|error| error.error))
}

fn write(
    path: &Path,
    bytes: &[u8],
    persist: impl Fn(tempfile::NamedTempFile, &Path) -> io::Result<()>,
) -> Result<(), PrivateFileError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = || {
        // `tempfile` creates with mode 0600 and refuses to follow links.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        persist(file, path)?;
        sync_folder(folder)
    };
    written().map_err(|source| PrivateFileError::Io { path: path.to_owned(), source })
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Elsewhere a person's own folders are private by inherited rules, not by a mode.
#[cfg(not(unix))]
fn readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
