//! Which files may a JavaScript program touch?
//!
//! Those of its workspace, by paths that cannot mean anything else. The kernel holds the same line behind this.

use crate::workspace::check_path;
use std::{fs, io, path::Path, path::PathBuf};

/// Where the program sees its workspace.
pub const GUEST_WORKSPACE: &str = "/work";
/// The largest file that is read, in bytes.
const MAX_READ_BYTES: u64 = 64 * 1024 * 1024;

/// What Node calls the reason of a failure.
pub type Code = &'static str;

/// The workspace as the program sees it.
#[derive(Clone)]
pub struct Files {
    root: PathBuf,
}

/// What is known of a file.
pub struct Found {
    pub size: u64,
    pub folder: bool,
}

impl Files {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn read(&self, path: &str) -> Result<Vec<u8>, Code> {
        let found = self.stat(path)?;
        match found {
            Found { folder: true, .. } => Err("EISDIR"),
            Found { size, .. } if size > MAX_READ_BYTES => Err("EFBIG"),
            Found { .. } => fs::read(self.inside(path)?).map_err(|error| code(&error)),
        }
    }

    pub fn write(&self, path: &str, bytes: &[u8], append: bool) -> Result<(), Code> {
        let mut options = fs::OpenOptions::new();
        options.create(true).append(append).write(true).truncate(!append);
        let file = options.open(self.inside(path)?);
        file.and_then(|mut file| io::Write::write_all(&mut file, bytes)).map_err(|error| code(&error))
    }

    pub fn list(&self, path: &str) -> Result<Vec<String>, Code> {
        let entries = fs::read_dir(self.inside(path)?).map_err(|error| code(&error))?;
        Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    }

    pub fn stat(&self, path: &str) -> Result<Found, Code> {
        let metadata = fs::symlink_metadata(self.inside(path)?).map_err(|error| code(&error))?;
        if metadata.is_file() || metadata.is_dir() {
            Ok(Found { size: metadata.len(), folder: metadata.is_dir() })
        } else {
            Err("EACCES")
        }
    }

    pub fn make_folder(&self, path: &str, recursive: bool) -> Result<(), Code> {
        let path = self.inside(path)?;
        let made = if recursive { fs::create_dir_all(path) } else { fs::create_dir(path) };
        made.map_err(|error| code(&error))
    }

    pub fn remove(&self, path: &str, recursive: bool) -> Result<(), Code> {
        let found = self.stat(path)?;
        let path = self.inside(path)?;
        let removed = match (found.folder, recursive) {
            (false, _) => fs::remove_file(path),
            (true, true) => fs::remove_dir_all(path),
            (true, false) => return Err("EISDIR"),
        };
        removed.map_err(|error| code(&error))
    }

    fn inside(&self, path: &str) -> Result<PathBuf, Code> {
        if path == GUEST_WORKSPACE {
            return Ok(self.root.clone());
        }
        let relative = path.strip_prefix(GUEST_WORKSPACE).and_then(|rest| rest.strip_prefix('/')).ok_or("EACCES")?;
        check_path(relative).map_err(|_| "EACCES")?;
        Ok(self.root.join(relative))
    }
}

fn code(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::NotFound => "ENOENT",
        io::ErrorKind::AlreadyExists => "EEXIST",
        io::ErrorKind::NotADirectory => "ENOTDIR",
        io::ErrorKind::IsADirectory => "EISDIR",
        io::ErrorKind::DirectoryNotEmpty => "ENOTEMPTY",
        io::ErrorKind::FileTooLarge | io::ErrorKind::StorageFull => "ENOSPC",
        _ => "EACCES",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_workspace_is_read_whatever_its_path() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("work");
        fs::create_dir(&root).unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        fs::write(root.join("own"), "o").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), root.join("link")).unwrap();
        let files = Files::new(&root);
        assert_eq!(files.read("/work/own").unwrap(), b"o");
        for path in ["/work/../secret", "/etc/passwd", "../secret", "/work/link", "/workshop", "/work//own"] {
            assert_eq!(files.read(path), Err("EACCES"), "{path}");
        }
    }
}
