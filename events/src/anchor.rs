//! Since when does the log exist as it is? Checkpoints on their way into the block chain of Bitcoin.

use crate::{BitcoinHash, BlobRef, CheckpointDigest, Position};
use serde::{Deserialize, Serialize};

/// How a checkpoint gets into a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorWay {
    /// Calendar servers of OpenTimestamps carry it there.
    OpenTimestamps,
    /// A transaction that we pay for.
    OwnTransaction,
}

/// A checkpoint is to be dated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorRequested {
    /// Names the anchor: the SHA-256 of the checkpoint's file, byte for byte.
    pub checkpoint: CheckpointDigest,
    /// How many entries the checkpoint commits to.
    pub size: Position,
    pub way: AnchorWay,
    /// The checkpoint's file.
    pub note: BlobRef,
}

/// Calendars have promised to date it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorPromised {
    pub checkpoint: CheckpointDigest,
    /// The `.ots` file that names the promises.
    pub proof: BlobRef,
    /// Who promised.
    pub calendars: Vec<String>,
}

/// Calendars have kept a promise: the proof leads to a block. They wait until it is six blocks deep; we have no node to
/// ask, so whoever wants to know better asks one, or holds the proof against the headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorAttested {
    pub checkpoint: CheckpointDigest,
    pub height: u32,
    /// The complete `.ots` file.
    pub proof: BlobRef,
}

/// A transaction that commits to it was handed to the network; a later one takes the place of one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorBroadcast {
    pub checkpoint: CheckpointDigest,
    pub transaction: BitcoinHash,
    /// What it pays, in satoshi.
    pub fee_sat: u64,
}

/// Our transaction stands in a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorIncluded {
    pub checkpoint: CheckpointDigest,
    pub height: u32,
    pub block: BitcoinHash,
    /// The complete `.ots` file.
    pub proof: BlobRef,
    /// Transaction, paths and header as JSON, for checking without a node.
    pub evidence: BlobRef,
}

/// Six blocks say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorConfirmed {
    pub checkpoint: CheckpointDigest,
    pub height: u32,
    pub block: BitcoinHash,
    pub proof: BlobRef,
    pub evidence: BlobRef,
}

/// The block that held it is no longer in the best chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorOrphaned {
    pub checkpoint: CheckpointDigest,
    pub height: u32,
    pub block: BitcoinHash,
}
