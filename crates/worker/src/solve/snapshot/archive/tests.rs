use super::*;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use tar::{Builder, Header};

/// A header as a stranger could write it: no checks of the name.
fn header(path: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

fn packed(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, kind, bytes) in entries {
        builder.append(&header(path, *kind, u64::try_from(bytes.len()).unwrap()), *bytes).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn refusal(archive: Vec<u8>) -> String {
    Archive::gzip(archive).files().unwrap_err().to_string()
}

#[test]
fn files_come_without_the_folder_that_all_are_in() {
    let folder = ("repo-1/", EntryType::Directory, &b""[..]);
    let files = [folder, ("repo-1/a.py", EntryType::Regular, b"1"), ("repo-1/b/c.py", EntryType::Regular, b"2")];
    let files = Archive::gzip(packed(&files)).files().unwrap();
    assert_eq!(files.files().collect::<Vec<_>>(), [("a.py", &b"1"[..]), ("b/c.py", &b"2"[..])]);
    let apart = [("a.py", EntryType::Regular, &b"1"[..]), ("b/c.py", EntryType::Regular, b"2")];
    assert_eq!(Archive::gzip(packed(&apart)).files().unwrap().paths().collect::<Vec<_>>(), ["a.py", "b/c.py"]);
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    for path in ["../a", "/etc/passwd", "a/../../b", "..", "a\\b", "C:/a"] {
        let refusal = refusal(packed(&[(path, EntryType::Regular, b"x")]));
        assert!(refusal.contains("leaves its folder"), "{path}: {refusal}");
    }
}

#[test]
fn links_and_devices_are_refused() {
    let kinds = [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo];
    for kind in kinds {
        let refusal = refusal(packed(&[("a", kind, b"")]));
        assert!(refusal.contains("\"a\" is"), "{kind:?}: {refusal}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let size = 8 * MAX_UNPACKED_BYTES;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(header("zeros", EntryType::Regular, size).as_bytes()).unwrap();
    let block = vec![0; 1024 * 1024];
    for _ in 0..size / 1024 / 1024 {
        gzip.write_all(&block).unwrap();
    }
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 4 * 1024 * 1024);
    assert!(refusal(bomb).contains("more than"));
}

#[test]
fn too_many_files_are_refused() {
    let names: Vec<String> = (0..=MAX_FILES).map(|n| n.to_string()).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), EntryType::Regular, &b""[..])).collect();
    assert!(refusal(packed(&entries)).contains("more than 5000 files"));
}

#[test]
fn what_is_no_archive_is_refused() {
    let whole = packed(&[("a", EntryType::Regular, &[7; 5000])]);
    for damaged in [b"no gzip".to_vec(), whole[..whole.len() / 2].to_vec()] {
        assert!(refusal(damaged).contains("damaged"));
    }
}
