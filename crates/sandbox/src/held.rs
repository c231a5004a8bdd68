//! Which deleted files does a running program still hold?
//!
//! They are in no folder any more, but the disk keeps them until they are closed and unmapped. Linux shows them to us:
//! the program's processes have our own user.

use std::{collections::HashMap, fs, io::Read, os::unix::fs::MetadataExt, path::Path};

/// Processes that are looked at; a run may have half as many.
const MAX_PROCESSES: usize = 128;
/// Open files of one process that are looked at; a run's may have a quarter of them.
const MAX_OPEN_FILES: usize = 1024;
/// What is read of a process's list of mappings or of children, in bytes.
const MAX_LIST_BYTES: u64 = 8 * 1024 * 1024;
/// How the kernel marks a mapped file that is in no folder.
const DELETED: &str = " (deleted)";

/// A file, whatever its name: the number of its disk and its own.
type Identity = (u64, u64);

/// Bytes of the deleted files that `leader` and the processes below it hold on the disks of the folders.
pub fn deleted_bytes(leader: u32, folders: &[&Path]) -> u64 {
    let disks: Vec<u64> = folders.iter().filter_map(|folder| fs::metadata(folder).ok()).map(|at| at.dev()).collect();
    let mut held = HashMap::<Identity, u64>::new();
    for process in family(leader) {
        for (file, bytes) in opened(process).into_iter().chain(mapped(process)) {
            if disks.contains(&file.0) {
                let most = held.entry(file).or_default();
                *most = bytes.max(*most);
            }
        }
    }
    held.into_values().fold(0, u64::saturating_add)
}

/// A process and all below it.
fn family(leader: u32) -> Vec<u32> {
    let mut family = vec![leader];
    let mut next = 0;
    while let Some(process) = family.get(next).filter(|_| family.len() < MAX_PROCESSES).copied() {
        next += 1;
        // Each thread has children of its own.
        for thread in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten().take(MAX_PROCESSES)
        {
            let children = read(&thread.path().join("children"));
            family.extend(children.split_ascii_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    family
}

fn opened(process: u32) -> Vec<(Identity, u64)> {
    let entries = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten().take(MAX_OPEN_FILES);
    // Here following the link is right: it leads to the file itself, though no path does.
    let files = entries.filter_map(|entry| fs::metadata(entry.path()).ok());
    let deleted = files.filter(|file| file.is_file() && file.nlink() == 0);
    deleted.map(|file| ((file.dev(), file.ino()), file.len())).collect()
}

fn mapped(process: u32) -> Vec<(Identity, u64)> {
    let mappings = read(Path::new(&format!("/proc/{process}/maps")));
    mappings.lines().filter(|line| line.ends_with(DELETED)).filter_map(shared_mapping).collect()
}

/// The file behind a line of `maps` and where the mapping ends in it. What is written into a private mapping is memory.
fn shared_mapping(line: &str) -> Option<(Identity, u64)> {
    let hexadecimal = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut fields = line.split_ascii_whitespace();
    let (from, to) = fields.next()?.split_once('-')?;
    let rights = fields.next()?;
    let offset = hexadecimal(fields.next()?)?;
    let (major, minor) = fields.next()?.split_once(':')?;
    let file = fields.next()?.parse().ok()?;
    let disk = libc::makedev(u32::from_str_radix(major, 16).ok()?, u32::from_str_radix(minor, 16).ok()?);
    let length = hexadecimal(to)?.checked_sub(hexadecimal(from)?)?;
    rights.ends_with('s').then_some(((disk, file), offset.saturating_add(length)))
}

/// What a process says about itself; nothing where it has just ended.
fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(MAX_LIST_BYTES).read_to_end(&mut bytes));
    if read.is_ok() { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_that_is_deleted_but_open_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&vec![0; 20_000]).unwrap();
        fs::remove_file(&path).unwrap();
        // Other tests of this process may hold some, too.
        assert!(deleted_bytes(std::process::id(), &[folder.path()]) >= 20_000);
    }

    #[test]
    fn a_shared_mapping_of_a_deleted_file_is_read_as_the_kernel_writes_it() {
        let line = "7f00a000-7f00c000 rw-s 00001000 fe:01 131 /work/a b (deleted)";
        assert_eq!(shared_mapping(line), Some(((libc::makedev(0xfe, 1), 131), 0x3000)));
        assert_eq!(shared_mapping(&line.replace("rw-s", "rw-p")), None);
        assert_eq!(shared_mapping("half a line (deleted)"), None);
    }
}
