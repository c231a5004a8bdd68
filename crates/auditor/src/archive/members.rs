//! What is an archive made of? Files with fixed names, in a fixed order, and the SHA-256 of each.

use edgecoder_anchoring::evidence::Commitment;
use edgecoder_ledger::tree::Hash;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Read, Write},
};

pub(super) const README: &str = "README.md";
pub(super) const CHECKPOINT: &str = "checkpoint";
pub(super) const KEYS: &str = "keys";
pub(super) const POLICY: &str = "policy";
/// The digests of all other members; the last one.
pub(super) const SUMS: &str = "SHA256SUMS";
pub(super) const ENTRIES: &str = "entries/";
pub(super) const PROOFS: &str = "proofs/";
pub(super) const WORDS: &str = "words/";
pub(super) const ANCHORS: &str = "anchors/";
/// Below the folder of an anchor, which its size names.
pub(super) const ANCHORED: &str = "checkpoint";
pub(super) const OTS: &str = "checkpoint.ots";
pub(super) const EVIDENCE: &str = "evidence.json";
pub(super) const HEADERS: &str = "headers";
pub(super) const CONSISTENCY: &str = "consistency";

/// The most bytes of all members that are read: four times what the largest entries can come to with their words.
const MAX_BYTES: usize = 2 * 1024 * 1024 * 1024;
/// Three for each entry, and what stands beside them.
const MAX_MEMBERS: usize = 3 * super::MAX_ARCHIVE_ENTRIES + 64;
/// The longest name of a member, with room to spare.
const MAX_NAME_BYTES: usize = 100;

/// Why a file is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveFault {
    #[error("it is no tar file: {0}")]
    Tar(#[from] io::Error),
    /// Tools would differ in which one they take.
    #[error("it has two members of the name {0}")]
    Twice(String),
    #[error("its member {0:?} is no file of this format")]
    NoFile(String),
    #[error("it has more than {MAX_MEMBERS} members, or more than {MAX_BYTES} bytes in them")]
    TooLarge,
}

/// The name of an entry's files, and of an anchor's folder: as many digits as keep them in order.
pub(super) fn number(position: u64) -> String {
    format!("{position:012}")
}

/// One hash to a line, from the leaf upwards.
pub(super) fn hash_lines(hashes: &[Hash]) -> String {
    hashes.iter().fold(String::new(), |mut text, hash| {
        writeln!(text, "{}", hex::encode(hash)).expect("a string takes every text");
        text
    })
}

/// Reads one hash from each line; nothing where a line is none.
pub(super) fn hashes_in(bytes: &[u8]) -> Option<Vec<Hash>> {
    let lines = std::str::from_utf8(bytes).ok()?.lines();
    lines.map(|line| hex::decode(line).ok()?.try_into().ok()).collect()
}

/// The SHA-256 of a file, in hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Commitment::to_file(bytes).to_string()
}

/// Writes members and then their digests, as `sha256sum` does. The same members have the same bytes whenever they are
/// written.
pub(super) fn write(members: &[(String, Vec<u8>)], to: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut tar = tar::Builder::new(to);
    let mut sums = String::new();
    for (name, bytes) in members {
        add(&mut tar, name, bytes)?;
        writeln!(sums, "{}  {name}", sha256(bytes)).expect("a string takes every text");
    }
    add(&mut tar, SUMS, sums.as_bytes())?;
    tar.finish()
}

fn add(tar: &mut tar::Builder<&mut (dyn Write + Send)>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes)
}

/// Reads all members.
///
/// # Errors
/// [`ArchiveFault`].
pub(super) fn read(from: impl Read) -> Result<BTreeMap<String, Vec<u8>>, ArchiveFault> {
    let (mut members, mut left) = (BTreeMap::new(), MAX_BYTES);
    for entry in tar::Archive::new(from).entries()? {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || name.len() > MAX_NAME_BYTES {
            return Err(ArchiveFault::NoFile(name));
        }
        let mut bytes = Vec::new();
        let most = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        entry.take(most).read_to_end(&mut bytes)?;
        left = left.checked_sub(bytes.len()).ok_or(ArchiveFault::TooLarge)?;
        if members.len() == MAX_MEMBERS {
            return Err(ArchiveFault::TooLarge);
        }
        if members.insert(name.clone(), bytes).is_some() {
            return Err(ArchiveFault::Twice(name));
        }
    }
    Ok(members)
}
