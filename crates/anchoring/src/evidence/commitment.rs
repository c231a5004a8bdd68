//! Which 32 bytes are anchored, and how do they stand in a transaction?

use bitcoin::{
    ScriptBuf, Transaction,
    hashes::{Hash, sha256},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// What stands before the commitment: the tag `EC` and the version.
const TAG: [u8; 3] = [b'E', b'C', 1];
/// Tag, version and commitment.
pub(crate) const DATA_BYTES: usize = 35;

/// What a transaction commits to. It is the SHA-256 of the checkpoint's file, so that the exported `.ots` speaks of that
/// very file and any tool can verify it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment(pub [u8; 32]);

/// A text is no commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits")]
pub struct NotACommitment;

impl Commitment {
    /// The commitment to a file.
    pub fn to_file(file: &[u8]) -> Self {
        Self(sha256::Hash::hash(file).to_byte_array())
    }

    /// What the data output carries.
    pub(crate) fn data(&self) -> [u8; DATA_BYTES] {
        let mut data = [0; DATA_BYTES];
        data[..TAG.len()].copy_from_slice(&TAG);
        data[TAG.len()..].copy_from_slice(&self.0);
        data
    }

    /// Whether one of the outputs is exactly this commitment's.
    pub(crate) fn stands_in(&self, transaction: &Transaction) -> bool {
        let expected = ScriptBuf::new_op_return(self.data());
        transaction.output.iter().any(|output| output.script_pubkey == expected)
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commitment({self})")
    }
}

impl FromStr for Commitment {
    type Err = NotACommitment;

    fn from_str(text: &str) -> Result<Self, NotACommitment> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotACommitment)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Commitment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Commitment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
