//! How do the members of an archive become one tar file, and what does a tar file hold that is none of them?

use super::format::Member;
use edgecoder_anchoring::evidence::Commitment;
use edgecoder_ledger::tree::Hash;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Read, Write},
};
use tar::Header;

/// The most bytes of all members that are read: four times what the largest entries can come to with their words.
const MAX_BYTES: usize = 2 * 1024 * 1024 * 1024;
/// Three for each entry, and what stands beside them.
pub(super) const MAX_MEMBERS: usize = 3 * super::MAX_ARCHIVE_ENTRIES + 64;
/// Tools fill up the last 10 KiB of a tar file with zeros.
const MAX_PADDING: u64 = 20 * 512;

/// The members of an archive, in the order of the format.
pub(super) type Members = BTreeMap<Member, Vec<u8>>;

/// Why a file is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveFault {
    #[error("it is no tar file: {0}")]
    Tar(#[from] io::Error),
    #[error("it has more than {MAX_MEMBERS} members, or more than {MAX_BYTES} bytes in them")]
    TooLarge,
}

/// What a tar file holds.
#[derive(Debug, Default)]
pub(super) struct Unpacked {
    pub members: Members,
    /// What does not belong there: who unpacks the file has it nevertheless.
    pub strays: Vec<Stray>,
}

/// Something in a tar file that is no member.
#[derive(Debug)]
pub(super) struct Stray {
    pub name: String,
    pub why: &'static str,
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

/// The digests of all members but the digests themselves, as `sha256sum` writes them.
pub(super) fn sums_of(members: &Members) -> String {
    let others = members.iter().filter(|(member, _)| **member != Member::Sums);
    others.fold(String::new(), |mut sums, (member, bytes)| {
        writeln!(sums, "{}  {member}", sha256(bytes)).expect("a string takes every text");
        sums
    })
}

/// Writes members and then their digests. The same members have the same bytes whenever they are written.
pub(super) fn write(members: &Members, to: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut tar = tar::Builder::new(to);
    for (member, bytes) in members {
        add(&mut tar, *member, bytes)?;
    }
    add(&mut tar, Member::Sums, sums_of(members).as_bytes())?;
    tar.finish()
}

fn add(tar: &mut tar::Builder<&mut (dyn Write + Send)>, member: Member, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    header.set_mode(0o644);
    tar.append_data(&mut header, member.to_string(), bytes)
}

/// Reads all members, and says what is none.
///
/// # Errors
/// [`ArchiveFault`].
pub(super) fn read(from: impl Read) -> Result<Unpacked, ArchiveFault> {
    let (mut unpacked, mut left) = (Unpacked::default(), MAX_BYTES);
    let mut tar = tar::Archive::new(from);
    // Raw: a header that gives the next file another name, as pax and GNU have them, is seen as a member of its own.
    for entry in tar.entries()?.raw(true) {
        let entry = entry?;
        let member = member_of(entry.header());
        let mut bytes = Vec::new();
        let most = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        entry.take(most).read_to_end(&mut bytes)?;
        left = left.checked_sub(bytes.len()).ok_or(ArchiveFault::TooLarge)?;
        unpacked.take(member, bytes)?;
    }
    if !is_padding(tar.into_inner())? {
        unpacked
            .strays
            .push(Stray { name: "SHA256SUMS".to_owned(), why: "there is more behind the end of the tar file" });
    }
    Ok(unpacked)
}

/// The member that a header is of. Tools differ in how they read the older and newer kinds of headers, so only the one
/// that is read alike everywhere is taken.
fn member_of(header: &Header) -> Result<Member, Stray> {
    let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
    let is_plain = header.as_ustar().is_some_and(|it| it.prefix.first() == Some(&0));
    if !header.entry_type().is_file() || !is_plain {
        return Err(Stray { name, why: "it is no regular file with a plain ustar header" });
    }
    Member::named(&name).ok_or(Stray { name, why: "the format has no member of this name" })
}

/// Whether nothing but zeros comes, and no more than tools write.
fn is_padding(rest: impl Read) -> io::Result<bool> {
    let mut bytes = Vec::new();
    rest.take(MAX_PADDING.saturating_add(1)).read_to_end(&mut bytes)?;
    let is_short = u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX_PADDING);
    Ok(is_short && bytes.iter().all(|byte| *byte == 0))
}

impl Unpacked {
    fn take(&mut self, member: Result<Member, Stray>, bytes: Vec<u8>) -> Result<(), ArchiveFault> {
        if self.members.len().saturating_add(self.strays.len()) >= MAX_MEMBERS {
            return Err(ArchiveFault::TooLarge);
        }
        let last = self.members.last_key_value().map(|(last, _)| *last);
        match member {
            Ok(member) if last.is_none_or(|last| last < member) => {
                self.members.insert(member, bytes);
            }
            Ok(member) => self.strays.push(Stray {
                name: member.to_string(),
                // Tools would differ in which of two they take.
                why: "it stands there a second time, or not in the order of the format",
            }),
            Err(stray) => self.strays.push(stray),
        }
        Ok(())
    }
}
