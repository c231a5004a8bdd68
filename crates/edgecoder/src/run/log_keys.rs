//! Which files hold the log's keys, and how is a key replaced without a moment in which none works?
//!
//! `log.key` holds the key that signs, `log.key.next` one that is about to, `log.key.retired-<id>` those that did. Every
//! start brings all of them to the store, and the log itself says which one signs. So a crash at any step of a rotation
//! leaves a ledger that opens, and the next start gives the files their right names.

use super::node::random_hex;
use crate::data_dir::DataDir;
use anyhow::{Context, Result, anyhow};
use edgecoder_ledger::note::{LogKey, VerifierKey};
use std::fs;

const PRESENT: &str = "log.key";
const NEXT: &str = "log.key.next";

/// A key and the name of its file.
pub struct KeptKey {
    name: String,
    pub key: LogKey,
}

/// Every key of the log that is kept here, the one in `log.key` first. Makes the first key where there is none at all.
pub fn load(data: &DataDir, origin: &str) -> Result<Vec<KeptKey>> {
    let mut names = names(data)?;
    if names.is_empty() {
        data.secret(PRESENT, random_hex::<32>)?;
        names.push(PRESENT.to_owned());
    }
    names.into_iter().map(|name| read(data, origin, name)).collect()
}

/// The key that shall sign next: made once, and kept until it signs.
pub fn next(data: &DataDir, origin: &str) -> Result<LogKey> {
    data.secret(NEXT, random_hex::<32>)?;
    Ok(read(data, origin, NEXT.to_owned())?.key)
}

/// Gives the files their names after the log has said which key signs. Each step leaves all keys where [`load`] finds them.
pub fn settle(data: &DataDir, origin: &str, present: &VerifierKey) -> Result<()> {
    let kept = load(data, origin)?;
    let is_present = |kept: &&KeptKey| kept.key.verifier_key() == *present;
    let found = kept.iter().find(is_present).ok_or_else(|| anyhow!("the log's key {present} is in no file"))?;
    if found.name == PRESENT {
        return Ok(());
    }
    if let Some(former) = kept.iter().find(|kept| kept.name == PRESENT) {
        let id = hex::encode(former.key.verifier_key().id());
        data.rename(PRESENT, &format!("{PRESENT}.retired-{id}"))?;
    }
    data.rename(&found.name, PRESENT)
}

/// The names of the key files in their order: `log.key` comes before the longer ones.
fn names(data: &DataDir) -> Result<Vec<String>> {
    let listed = fs::read_dir(data.path()).with_context(|| format!("reading {}", data.path().display()))?;
    let names: Result<Vec<_>, _> = listed.map(|entry| entry.map(|it| it.file_name())).collect();
    let names = names?.into_iter().filter_map(|name| name.into_string().ok());
    let mut names: Vec<_> = names.filter(|name| name.starts_with(PRESENT)).collect();
    names.sort();
    Ok(names)
}

fn read(data: &DataDir, origin: &str, name: String) -> Result<KeptKey> {
    let path = data.join(&name);
    let text = data.read(&name)?.ok_or_else(|| anyhow!("{} is gone", path.display()))?;
    let mut seed = [0; 32];
    hex::decode_to_slice(&text, &mut seed)
        .with_context(|| format!("{} is not 64 hex digits: restore it from a backup", path.display()))?;
    let key = LogKey::from_seed(origin, &seed).context("LEDGER_ORIGIN can not be the name of a log")?;
    Ok(KeptKey { name, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "example.org/ledger";

    fn rotating() -> (tempfile::TempDir, DataDir, VerifierKey, VerifierKey) {
        let home = tempfile::tempdir().unwrap();
        let data = DataDir::make(home.path().join("data")).unwrap();
        let old = load(&data, ORIGIN).unwrap().remove(0).key.verifier_key();
        let new = next(&data, ORIGIN).unwrap().verifier_key();
        (home, data, old, new)
    }

    fn keys(data: &DataDir) -> Vec<VerifierKey> {
        load(data, ORIGIN).unwrap().iter().map(|kept| kept.key.verifier_key()).collect()
    }

    #[test]
    fn before_the_change_is_recorded_the_old_key_stays_and_the_next_one_waits() {
        let (_home, data, old, new) = rotating();
        settle(&data, ORIGIN, &old).unwrap();
        assert_eq!(keys(&data), [old, new.clone()]);
        assert_eq!(next(&data, ORIGIN).unwrap().verifier_key(), new, "a second attempt takes the same key");
    }

    #[test]
    fn after_the_change_is_recorded_the_new_key_takes_the_place_and_the_old_one_is_kept() {
        let (_home, data, old, new) = rotating();
        settle(&data, ORIGIN, &new).unwrap();
        assert_eq!(keys(&data), [new.clone(), old]);
        assert!(!data.join(NEXT).exists());
        settle(&data, ORIGIN, &new).unwrap();
    }

    #[test]
    fn a_crash_between_the_two_renames_loses_no_key() {
        let (_home, data, old, new) = rotating();
        data.rename(PRESENT, &format!("{PRESENT}.retired-{}", hex::encode(old.id()))).unwrap();
        assert_eq!(keys(&data), [new.clone(), old.clone()], "none is made anew");
        settle(&data, ORIGIN, &new).unwrap();
        assert_eq!(keys(&data), [new, old]);
        assert!(data.join(PRESENT).exists());
    }

    #[test]
    fn a_log_that_was_restored_to_before_the_change_gets_its_old_key_back() {
        let (_home, data, old, new) = rotating();
        settle(&data, ORIGIN, &new).unwrap();
        settle(&data, ORIGIN, &old).unwrap();
        assert_eq!(keys(&data), [old, new]);
    }

    #[test]
    fn a_damaged_key_file_is_named_and_never_replaced() {
        let (_home, data, ..) = rotating();
        data.write_private(PRESENT, "no key").unwrap();
        let refused = load(&data, ORIGIN).err().unwrap();
        assert!(format!("{refused:#}").contains("log.key is not 64 hex digits"), "{refused:#}");
        assert_eq!(data.read(PRESENT).unwrap().unwrap(), "no key");
    }
}
