//! Whose log is this, and who may sign for it?

use crate::{Position, PublicKey, Signature};
use serde::{Deserialize, Serialize};

/// The log began. Always the entry at position 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerCreated {
    /// The log's name, as every checkpoint and entry carries it.
    pub origin: String,
    /// The Ed25519 key that signs checkpoints from the first position on.
    pub log_key: PublicKey,
}

/// Another key signs checkpoints from the entry after this one on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogKeyRotated {
    pub old_key: PublicKey,
    pub new_key: PublicKey,
    /// By the old key, over `edgecoder log key rotation v1\n<origin>\n<old hex>\n<new hex>\n`.
    pub old_signature: Signature,
    /// By the new key, over the same text.
    pub new_signature: Signature,
}

/// An operator accepted that the database is older than a checkpoint that had left the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerRestored {
    /// Counts the restorations; appends of an earlier epoch are refused.
    pub epoch: u64,
    /// How many entries the database held when it was restored.
    pub restored_size: Position,
    /// How many entries the newest checkpoint known outside counted.
    pub lost_size: Position,
    /// What the operator wrote about it.
    pub reason: String,
}

/// The key that opens one person's fields and contents is gone; what it sealed can no longer be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectKeyDestroyed {
    /// The account whose key it was.
    pub subject: String,
    pub reason: String,
}
