//! Which file does a proof speak of? The detached `.ots` file: a hash of the file and the tree that starts from it.

use super::{
    attestation::Attestation,
    bytes::{OtsError, Reader, length_of, write_number},
    op::SHA256,
    timestamp::{Attested, MAX_DEPTH, Timestamp},
};
use bitcoin::{
    block::Header,
    hashes::{Hash, sha256},
};

/// A proof is a few kilobytes; this bounds the work that a stranger's can cause.
const MAX_FILE_BYTES: usize = 128 * 1024;

const MAGIC: &[u8; 31] = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94";
const VERSION: u64 = 1;

/// A proof that stands beside the file that it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachedTimestamp {
    digest: [u8; 32],
    timestamp: Timestamp,
}

impl DetachedTimestamp {
    /// The proof of what has this SHA-256.
    ///
    /// # Errors
    /// The tree is empty, too deep, or has operations that cannot be executed: nobody could read the file.
    pub fn of_sha256(digest: [u8; 32], timestamp: Timestamp) -> Result<Self, OtsError> {
        if timestamp.is_empty() {
            return Err(OtsError::Empty("the timestamp"));
        }
        Self::parse(&Self { digest, timestamp }.to_bytes())
    }

    /// Reads a whole `.ots` file, executing every operation, so that what was read can be walked.
    ///
    /// # Errors
    /// The bytes are not a proof of version 1 over a SHA-256, or exceed a limit of the format.
    pub fn parse(file: &[u8]) -> Result<Self, OtsError> {
        if file.len() > MAX_FILE_BYTES {
            return Err(OtsError::TooLong { what: "the proof", bytes: length_of(file), most: MAX_FILE_BYTES });
        }
        let mut from = Reader::new(file);
        if from.array()? != *MAGIC {
            return Err(OtsError::NotAProof);
        }
        let version = from.number()?;
        if version != VERSION {
            return Err(OtsError::UnknownVersion(version));
        }
        let hash = from.byte()?;
        if hash != SHA256 {
            return Err(OtsError::OtherFileHash(hash));
        }
        let digest = from.array()?;
        let timestamp = Timestamp::read(&mut from, &digest, MAX_DEPTH)?;
        from.end()?;
        Ok(Self { digest, timestamp })
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        write_number(&mut out, VERSION);
        out.push(SHA256);
        out.extend_from_slice(&self.digest);
        self.timestamp.write(&mut out);
        out
    }

    /// Whether these are the bytes that the proof speaks of.
    pub fn speaks_of(&self, file: &[u8]) -> bool {
        sha256::Hash::hash(file).to_byte_array() == self.digest
    }

    /// What is said about the digest.
    pub fn timestamp(&self) -> &Timestamp {
        &self.timestamp
    }

    /// Every attestation, with the message that it speaks of.
    ///
    /// # Panics
    /// Never: every operation was executed when the proof was read.
    pub fn attested(&self) -> Vec<Attested> {
        self.timestamp.attested(&self.digest).expect("what was read can be walked")
    }

    /// The lowest block that it leads to; none as long as there are only promises.
    pub fn first_block(&self) -> Option<u32> {
        let height = |attested: Attested| match attested.attestation {
            Attestation::Bitcoin { height } => u32::try_from(height).ok(),
            Attestation::Pending(_) | Attestation::Unknown { .. } => None,
        };
        self.attested().into_iter().filter_map(height).min()
    }

    /// Whether it leads to the root of this block, at whatever height that is.
    pub fn leads_to(&self, block: &Header) -> bool {
        let root = block.merkle_root.to_byte_array();
        let is_block = |it: &Attested| matches!(it.attestation, Attestation::Bitcoin { .. }) && it.message == root;
        self.attested().iter().any(is_block)
    }

    /// Puts a calendar's answer where its promise stood; whether the promise was found.
    ///
    /// # Errors
    /// The answer does not fit its place, or makes the proof too large; nothing has changed then.
    pub fn upgrade(&mut self, promise: &Attested, kept: &Timestamp) -> Result<bool, OtsError> {
        let mut timestamp = self.timestamp.clone();
        let upgraded = timestamp.upgrade(&self.digest, promise, kept)?;
        self.replace(timestamp)?;
        Ok(upgraded)
    }

    /// Takes another tree if it, too, can be written and read.
    fn replace(&mut self, timestamp: Timestamp) -> Result<(), OtsError> {
        *self = Self::of_sha256(self.digest, timestamp)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
