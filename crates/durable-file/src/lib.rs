//! How is a file written so that a power cut leaves all of it, or what was there before? It is written beside, forced to the
//! disk, moved to its name, and the name is forced to the disk. `hold.rs`: whose is a file, one process's at a time?

mod hold;

pub use hold::{HeldFile, Hold, hold};

#[cfg(unix)]
use std::fs::Permissions;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};
use tempfile::NamedTempFile;

/// Replaces a file that others may read, as far as this process's mask lets them.
///
/// # Errors
/// Where the disk refuses; the old file stays.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    written(readable_in(folder_of(path))?, content)?.persist(path)?;
    sync_folder(folder_of(path))
}

/// Replaces a file that is its owner's alone.
///
/// # Errors
/// Where the disk refuses; the old file stays.
pub fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    written(NamedTempFile::new_in(folder_of(path))?, content)?.persist(path)?;
    sync_folder(folder_of(path))
}

/// Writes a file that is its owner's alone, and that must not be there yet.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where it is there, and it stays as it is; or what the disk says.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<()> {
    written(NamedTempFile::new_in(folder_of(path))?, content)?.persist_noclobber(path)?;
    sync_folder(folder_of(path))
}

/// A new file under a name that nobody guesses, which follows no link. `tempfile` creates with mode 0600 where it is told
/// nothing else; what it is told, the mask narrows.
#[cfg(unix)]
fn readable_in(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn readable_in(folder: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder)
}

fn written(mut file: NamedTempFile, content: &[u8]) -> io::Result<NamedTempFile> {
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The folder that a file is in; the present one for a name alone.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Forces the names in a folder to the disk, where the platform can.
///
/// # Errors
/// Where the disk refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_replaced_file_has_the_new_bytes_and_nothing_stays_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("note.txt");
        for write in [replace, replace_private] {
            for content in [b"one".as_slice(), b"another"] {
                write(&path, content).unwrap();
                assert_eq!(fs::read(&path).unwrap(), content);
                assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
            }
        }
    }

    #[test]
    fn a_file_that_is_there_is_not_created_again() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        create_private(&path, b"first").unwrap();
        let refused = create_private(&path, b"second").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_its_owners_alone() {
        use std::os::unix::fs::MetadataExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        for write in [create_private, replace_private] {
            write(&path, b"secret").unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_for_others_has_the_rights_that_the_mask_leaves_to_any_file() {
        use std::os::unix::fs::MetadataExt;
        let home = tempfile::tempdir().unwrap();
        let (path, plain) = (home.path().join("note.txt"), home.path().join("plain"));
        fs::write(&plain, b"").unwrap();
        replace(&path, b"note").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode(), fs::metadata(&plain).unwrap().mode());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_somebody_planted_beside_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let victim = home.path().join("victim");
        fs::write(&victim, b"untouched").unwrap();
        std::os::unix::fs::symlink(&victim, home.path().join("note.txt.new")).unwrap();
        std::os::unix::fs::symlink(&victim, home.path().join("note.txt")).unwrap();
        replace(&home.path().join("note.txt"), b"note").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"untouched");
        assert_eq!(fs::read(home.path().join("note.txt")).unwrap(), b"note");
    }

    #[test]
    fn a_name_alone_lies_in_the_present_folder() {
        assert_eq!(folder_of(Path::new("note.txt")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/note.txt")), Path::new("a"));
    }
}
