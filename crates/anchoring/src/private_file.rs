//! How is something kept that must survive a crash and be read by nobody else?

use edgecoder_durable_file::{create_private, replace_private};
use std::{
    fs::File,
    io::{self, Read},
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
    replace_private(path, bytes).map_err(|source| PrivateFileError::Io { path: path.to_owned(), source })
}

/// Writes a file that must not be there yet.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
    create_private(path, bytes).map_err(|source| PrivateFileError::Io { path: path.to_owned(), source })
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

/// Elsewhere a person's own folders are private by inherited rules, not by a mode.
#[cfg(not(unix))]
fn readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}
