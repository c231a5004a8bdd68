//! What the log says about one thing is checked from one file, without the log.

use crate::{
    exporting::{exported, rows},
    ledger::{LOG_SEED, Ledger, log_key, note},
    program::{audit, document},
};
use edgecoder_ledger::{
    Checkpoint,
    tree::{Hash, leaf_hash, verify_inclusion},
};
use std::{collections::BTreeMap, fs, io::Read, path::Path};

pub fn files(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tar = tar::Archive::new(fs::File::open(archive).unwrap());
    let entries = tar.entries().unwrap().map(Result::unwrap);
    entries
        .map(|mut entry| {
            let (name, mut bytes) = (entry.path().unwrap().to_str().unwrap().to_owned(), Vec::new());
            entry.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

/// The positions of the entries; each is proven by what is in the archive and the auditor's own key.
fn proven(archive: &Path) -> Vec<u64> {
    let files = files(archive);
    let checkpoint = Checkpoint::open(&files["checkpoint"], &[log_key(LOG_SEED).verifier_key()]).unwrap();
    let entries = files.iter().filter_map(|(name, entry)| Some((name.strip_prefix("entries/")?, entry)));
    let check = |(name, entry): (&str, &Vec<u8>)| {
        let lines = String::from_utf8(files[&format!("proofs/{name}")].clone()).unwrap();
        let path: Vec<Hash> = lines.lines().map(|line| hex::decode(line).unwrap().try_into().unwrap()).collect();
        let position = name.parse().unwrap();
        let proof = verify_inclusion(position, checkpoint.size, &leaf_hash(entry), &path, &checkpoint.root);
        assert_eq!(proof, Ok(()), "{name}");
        position
    };
    entries.map(check).collect()
}

#[tokio::test]
async fn an_archive_has_every_entry_about_its_thing_and_proves_it() {
    let all = rows(600);
    let (folder, ledger) = (exported(&all).await, Ledger::of(&all).await);
    ledger.put_checkpoint(&note(&all, LOG_SEED));
    let out = tempfile::tempdir().unwrap();
    let [served, stored] = ["served.tar", "stored.tar"].map(|name| out.path().join(name));
    for (about, name, expected) in [
        ("--task", "t1", vec![7, 8, 9, 10, 11, 12, 13, 14, 15]),
        ("--agent", "worker-1", vec![4, 5, 6, 10, 11, 14]),
        ("--wallet", "bob", vec![2, 4, 10, 13, 14]),
        ("--wallet", "account-400", vec![400]),
    ] {
        let log = folder.path().to_str().unwrap();
        let (code, said) =
            document(&audit(&["export", about, name, "--url", log, "--json", "--out", served.to_str().unwrap()]));
        assert_eq!((code, &said["entries"]), (0, &expected.len().into()), "{said:#}");
        assert_eq!(ledger.audit(&["export", about, name, "--out", stored.to_str().unwrap()]).status.code(), Some(0));
        assert_eq!(proven(&served), expected, "{about} {name}");
        assert_eq!(
            fs::read(&served).unwrap(),
            fs::read(&stored).unwrap(),
            "the same archive, wherever the log was read"
        );
    }
    let readme = String::from_utf8(files(&served).remove("README.md").unwrap()).unwrap();
    assert!(readme.contains("the wallet account-400") && readme.contains("1 of the first 600 entries"), "{readme}");
}

#[tokio::test]
async fn nothing_is_archived_that_is_not_there_or_not_signed() {
    let (folder, out) = (exported(&rows(600)).await, tempfile::tempdir().unwrap());
    let archive = out.path().join("evidence.tar");
    let export = |about: &str, name: &str| {
        let log = folder.path().to_str().unwrap();
        audit(&["export", about, name, "--url", log, "--out", archive.to_str().unwrap()]).status.code()
    };
    assert_eq!(export("--task", "no-such-task"), Some(2));
    assert_eq!(audit(&["export", "--out", "x.tar", "--url", "x"]).status.code(), Some(4), "about what?");
    let bundle = folder.path().join("tile/entries/001");
    let mut bytes = fs::read(&bundle).unwrap();
    let at = bytes.windows(11).position(|part| part == b"account-400").unwrap();
    // The field of the event that names another account, not the stream.
    let field = at + 1 + bytes[at + 1..].windows(11).position(|part| part == b"account-400").unwrap();
    bytes[field + 10] = b'1';
    fs::write(&bundle, bytes).unwrap();
    assert_eq!(export("--wallet", "account-401"), Some(1), "entry 400 says so now, and was not signed");
    assert!(!archive.exists());
}
