//! Is another process using this data directory?

use edgecoder_durable_file::{HeldFile, Hold, hold};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Why the directory is not ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error("another edgecoder process (pid {pid}) is using this data directory")]
    InUse { pid: String },
    #[error("data directory {dir}: {source}")]
    Io { dir: PathBuf, source: io::Error },
}

/// Holds the directory until dropped; the operating system lets go of it when the process dies.
pub(crate) struct DirectoryLock(#[expect(dead_code, reason = "the held file is the lock")] HeldFile);

/// Makes the directory where it is missing and takes it for this process.
pub(crate) fn take(dir: &Path) -> Result<DirectoryLock, LockError> {
    let failed = |source| LockError::Io { dir: dir.to_owned(), source };
    make_private(dir).map_err(failed)?;
    match hold(&dir.join("lock")).map_err(failed)? {
        Hold::Mine(file) => Ok(DirectoryLock(file)),
        Hold::Anothers { pid } => Err(LockError::InUse { pid }),
    }
}

fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_user_at_a_time_and_the_second_learns_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let first = take(dir.path()).unwrap();
        let refused = take(dir.path()).err().unwrap().to_string();
        assert!(refused.contains(&format!("(pid {})", std::process::id())), "{refused}");
        drop(first);
        take(dir.path()).unwrap();
    }
}
