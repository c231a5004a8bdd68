//! Which deleted files does a running program still hold?
//!
//! They are in no folder any more, but the disk keeps them until nobody has them open, mapped or running. Linux shows
//! them to us: the program's processes have our own user. Each counts once and whole, whatever part of it is mapped.

use crate::{
    disk::taken_bytes,
    modes::bubblewrap::{INNER_REPORT, INNER_WORKSPACE},
};
use std::{
    collections::HashMap,
    fs,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Processes that are looked at; a run may have half as many.
const MAX_PROCESSES: usize = 128;
/// Open files of one thread that are looked at; a run's may have a quarter of them.
const MAX_OPEN_FILES: usize = 1024;
/// What is read of a process's list of mappings or of children, in bytes. Who has more hides something.
const MAX_LIST_BYTES: u64 = 8 * 1024 * 1024;
/// How the kernel marks a mapped file that is in no folder.
const DELETED: &str = " (deleted)";
/// What a file counts whose size can not be seen: it may be any.
const UNKNOWN_BYTES: u64 = u64::MAX;

/// The number of a file on its disk.
type FileNumber = u64;

/// A mapping of a deleted file, as the kernel's list of them says it.
#[derive(Debug, PartialEq, Eq)]
struct Mapping {
    from: u64,
    to: u64,
    file: FileNumber,
}

/// Bytes of the deleted files of the folders that `leader` and the processes below it hold.
pub fn deleted_bytes(leader: u32, folders: &[&Path]) -> u64 {
    let disks: Vec<u64> = folders.iter().filter_map(|folder| fs::metadata(folder).ok()).map(|at| at.dev()).collect();
    let processes = family(leader);
    let threads = processes.iter().flat_map(|(_, threads)| threads);
    let mut held: HashMap<FileNumber, u64> = threads.flat_map(|thread| opened(thread, folders, &disks)).collect();
    for (process, threads) in &processes {
        let Some(mappings) = threads.iter().find_map(|thread| mappings(thread, folders)) else { continue };
        for mapping in mappings {
            let size = || mapped_bytes(*process, threads, &mapping, folders);
            held.entry(mapping.file).or_insert_with(size);
        }
    }
    held.into_values().fold(0, u64::saturating_add)
}

/// A process and all below it, each with its threads: one may have ended while another goes on, and each may have
/// children and open files of its own.
fn family(leader: u32) -> Vec<(u32, Vec<PathBuf>)> {
    let mut processes = vec![leader];
    let mut family = Vec::new();
    while let Some(process) = processes.get(family.len()).filter(|_| family.len() < MAX_PROCESSES).copied() {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let threads: Vec<PathBuf> = tasks.take(MAX_PROCESSES).map(|thread| thread.path()).collect();
        for thread in &threads {
            let children = read(&thread.join("children")).unwrap_or_default();
            processes.extend(children.split_ascii_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        family.push((process, threads));
    }
    family
}

/// The deleted files that a thread has open, and the program of the folders that it runs: that needs no mapping.
fn opened(thread: &Path, folders: &[&Path], disks: &[u64]) -> Vec<(FileNumber, u64)> {
    let entries = fs::read_dir(thread.join("fd")).into_iter().flatten().flatten().take(MAX_OPEN_FILES);
    let program = thread.join("exe");
    let own_program = fs::read_link(&program).is_ok_and(|path| is_in(&path, folders)).then_some(program);
    let paths = entries.map(|entry| entry.path()).chain(own_program);
    // Here following the link is right: it leads to the file itself, though no path does.
    let files = paths.filter_map(|path| fs::metadata(path).ok());
    let deleted = files.filter(|file| file.is_file() && file.nlink() == 0 && disks.contains(&file.dev()));
    deleted.map(|file| (file.ino(), taken_bytes(&file))).collect()
}

/// The mappings of deleted files of the folders; nothing where the thread has just ended.
fn mappings(thread: &Path, folders: &[&Path]) -> Option<Vec<Mapping>> {
    let list = read(&thread.join("maps")).filter(|list| !list.is_empty())?;
    if list.len() as u64 >= MAX_LIST_BYTES {
        return Some(vec![Mapping { from: 0, to: 0, file: FileNumber::MAX }]);
    }
    Some(list.lines().filter_map(|line| deleted_mapping(line, folders)).collect())
}

/// A line of `maps`, where it is about a deleted file of the folders. The system's own programs are replaced while they
/// run, and are not what the program wrote.
fn deleted_mapping(line: &str, folders: &[&Path]) -> Option<Mapping> {
    let hexadecimal = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut fields = line.strip_suffix(DELETED)?.splitn(6, ' ');
    let (from, to) = fields.next()?.split_once('-')?;
    let (_rights, _offset, _disk) = (fields.next()?, fields.next()?, fields.next()?);
    let file = fields.next()?.parse().ok()?;
    let path = Path::new(fields.next()?.trim_start());
    is_in(path, folders).then_some(Mapping { from: hexadecimal(from)?, to: hexadecimal(to)?, file })
}

/// Whether the path is in one of the folders, by the name that we know or the one that it has inside.
fn is_in(path: &Path, folders: &[&Path]) -> bool {
    let inside = [Path::new(INNER_WORKSPACE), Path::new(INNER_REPORT)];
    folders.iter().chain(&inside).any(|folder| path.starts_with(folder))
}

/// How large the file behind a mapping is. Only root may ask; an ordinary user knows it of files that are open, too.
fn mapped_bytes(process: u32, threads: &[PathBuf], mapping: &Mapping, folders: &[&Path]) -> u64 {
    let Mapping { from, to, file } = mapping;
    match fs::metadata(format!("/proc/{process}/map_files/{from:x}-{to:x}")) {
        // One that has a name somewhere else counts there.
        Ok(at) if at.ino() == *file => {
            if at.nlink() == 0 {
                taken_bytes(&at)
            } else {
                0
            }
        }
        Ok(_) | Err(_) => {
            let now = threads.iter().find_map(|thread| mappings(thread, folders)).unwrap_or_default();
            if now.iter().any(|it| it.file == *file) { UNKNOWN_BYTES } else { 0 }
        }
    }
}

/// What a process says about itself; nothing where it has just ended.
fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(MAX_LIST_BYTES).read_to_end(&mut bytes)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
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
    fn a_mapping_of_a_deleted_file_is_read_as_the_kernel_writes_it_shared_or_private() {
        let line = "7f00a000-7f00c000 rw-s 00001000 fe:01 131      /work/a b (deleted)";
        let mapping = Some(Mapping { from: 0x7f00_a000, to: 0x7f00_c000, file: 131 });
        assert_eq!(deleted_mapping(line, &[]), mapping);
        assert_eq!(deleted_mapping(&line.replace("rw-s", "r--p"), &[]), mapping);
        let outside = line.replace("/work/a b", "/home/run/1/f");
        assert_eq!(deleted_mapping(&outside, &[]), None, "a program of the machine that was replaced");
        assert_eq!(deleted_mapping(&outside, &[Path::new("/home/run/1")]), mapping);
        assert_eq!(deleted_mapping(line.trim_end_matches(DELETED), &[]), None);
        assert_eq!(deleted_mapping("half a line (deleted)", &[]), None);
    }

    #[test]
    fn a_mapping_that_is_gone_meanwhile_counts_nothing() {
        let threads = vec![PathBuf::from("/proc/self")];
        let gone = Mapping { from: 1, to: 2, file: FileNumber::MAX };
        assert_eq!(mapped_bytes(std::process::id(), &threads, &gone, &[]), 0);
    }
}
