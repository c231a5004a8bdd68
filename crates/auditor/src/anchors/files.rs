//! Which files prove an anchor, and where is each of them kept?

use edgecoder_events::{BlobRef, CheckpointDigest};
use edgecoder_ledger::note::MAX_NOTE_BYTES;

/// No proof is longer; the reader of the format refuses more.
const MAX_PROOF_BYTES: usize = 128 * 1024;
/// Two transactions and their paths; a block's first transaction may be large.
const MAX_EVIDENCE_BYTES: usize = 1024 * 1024;

/// One file of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorFile {
    pub checkpoint: CheckpointDigest,
    pub kind: FileKind,
    /// Under which databases keep it.
    pub address: BlobRef,
}

/// What a file of an anchor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// The checkpoint that is dated, byte for byte.
    Checkpoint,
    /// An `.ots` file.
    Proof,
    /// What proves our own transaction, as JSON.
    Evidence,
}

impl AnchorFile {
    /// Where a coordinator, and a copy of its log, shows it.
    pub fn path(&self) -> String {
        self.kind.path(&self.checkpoint)
    }

    /// How long it may be.
    pub const fn limit(&self) -> usize {
        match self.kind {
            FileKind::Checkpoint => MAX_NOTE_BYTES,
            FileKind::Proof => MAX_PROOF_BYTES,
            FileKind::Evidence => MAX_EVIDENCE_BYTES,
        }
    }
}

impl FileKind {
    /// Where such a file of an anchor is shown.
    pub fn path(self, checkpoint: &CheckpointDigest) -> String {
        let extension = match self {
            Self::Checkpoint => "checkpoint",
            Self::Proof => "ots",
            Self::Evidence => "json",
        };
        format!("anchors/{checkpoint}.{extension}")
    }
}
