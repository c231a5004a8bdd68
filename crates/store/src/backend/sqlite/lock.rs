//! Is another process using this data directory?

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
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
pub(crate) struct DirectoryLock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Makes the directory where it is missing and takes it for this process.
pub(crate) fn take(dir: &Path) -> Result<DirectoryLock, LockError> {
    let failed = |source| LockError::Io { dir: dir.to_owned(), source };
    make_private(dir).map_err(failed)?;
    let mut options = File::options();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).open(dir.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(LockError::InUse { pid: holder(&mut file) }),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    name_holder(&mut file).map_err(failed)?;
    Ok(DirectoryLock(file))
}

/// The process that holds the directory, where one does; for messages, as it may end meanwhile.
pub fn process_using(dir: &Path) -> Option<String> {
    let mut file = File::open(dir.join("lock")).ok()?;
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| holder(&mut file))
}

fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    match file.read_to_string(&mut pid) {
        Ok(_) if !pid.trim().is_empty() => pid.trim().to_owned(),
        Ok(_) | Err(_) => "unknown".to_owned(),
    }
}

fn name_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
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
        assert_eq!(process_using(dir.path()), Some(std::process::id().to_string()));
        drop(first);
        assert_eq!(process_using(dir.path()), None);
        take(dir.path()).unwrap();
    }
}
