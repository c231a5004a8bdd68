//! How much disk does a running program take?

#[cfg(target_os = "linux")]
use crate::deleted::deleted_bytes;
use std::{collections::VecDeque, fs, io, os::unix::fs::MetadataExt, path::Path};

/// What `st_blocks` counts in, whatever the blocks of the disk are.
const SECTOR_BYTES: u64 = 512;
/// Files and folders that are looked at.
pub const MAX_ENTRIES: usize = 5_000;

/// Bytes of every regular file in the folders, and of those that the processes under `leader` deleted and still hold.
pub fn used_bytes(folders: &[&Path], leader: Option<u32>) -> u64 {
    let mut used = 0_u64;
    let complete = walk(folders, &[], |_, metadata| used = used.saturating_add(taken_bytes(metadata)));
    if !complete {
        return u64::MAX;
    }
    used.saturating_add(leader.map_or(0, |leader| deleted_bytes(leader, folders)))
}

/// What one file counts: its length, though there be holes in it, or the disk that it has, though it be behind its end.
pub fn taken_bytes(metadata: &fs::Metadata) -> u64 {
    metadata.len().max(metadata.blocks().saturating_mul(SECTOR_BYTES))
}

/// Visits regular files; false where there were too many entries to see all, or a folder is closed to us. Links are never followed.
pub fn walk(folders: &[&Path], skipped: &[&str], mut visit: impl FnMut(&Path, &fs::Metadata)) -> bool {
    let mut folders: VecDeque<_> = folders.iter().map(|folder| (*folder).to_owned()).collect();
    let mut seen = 0;
    while let Some(folder) = folders.pop_front() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // A native program took away our right to look: it may have anything in there.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return false,
            Err(_gone_meanwhile) => continue,
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MAX_ENTRIES {
                return false;
            }
            // `DirEntry::metadata` does not follow links.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() && !skipped.iter().any(|name| entry.file_name() == *name) {
                folders.push_back(entry.path());
            } else if metadata.is_file() {
                visit(&entry.path(), &metadata);
            }
        }
    }
    true
}

/// Only Linux shows what a process holds open. Elsewhere the limits of a file's size and of open files bound it.
#[cfg(not(target_os = "linux"))]
fn deleted_bytes(_leader: u32, _folders: &[&Path]) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_collected_takes_disk_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("__pycache__");
        fs::create_dir(&cache).unwrap();
        fs::write(cache.join("a.pyc"), vec![0; 20_000]).unwrap();
        assert!((20_000..40_000).contains(&used_bytes(&[folder.path()], None)));
    }

    #[test]
    fn a_file_with_holes_counts_its_length() {
        let folder = tempfile::tempdir().unwrap();
        fs::File::create(folder.path().join("f")).unwrap().set_len(1_000_000).unwrap();
        assert!(used_bytes(&[folder.path()], None) >= 1_000_000);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn disk_behind_the_end_of_a_file_counts() {
        use rustix::fs::{FallocateFlags, fallocate};
        let folder = tempfile::tempdir().unwrap();
        let file = fs::File::create(folder.path().join("f")).unwrap();
        fallocate(&file, FallocateFlags::KEEP_SIZE, 0, 1_000_000).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 0);
        assert!(used_bytes(&[folder.path()], None) >= 1_000_000);
    }
}
