//! What does one recorded event change in the list of anchors?

use crate::sql::words;
use edgecoder_events::{
    AnchorEvent, BitcoinHash, BlobRef, CheckpointDigest, Family, Position, Recorded, UnixMillis, anchor::AnchorWay,
};
use std::collections::BTreeMap;

/// What was asked for; it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorRequest {
    pub position: Position,
    pub checkpoint: CheckpointDigest,
    /// How many entries the checkpoint commits to.
    pub size: Position,
    pub way: AnchorWay,
    /// The checkpoint's file.
    pub note: BlobRef,
    pub requested_at: UnixMillis,
}

/// How far an anchor has come, as its newest event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorState {
    pub stage: Stage,
    pub changed_at: UnixMillis,
    pub transaction: Option<BitcoinHash>,
    pub height: Option<u32>,
    pub block: Option<BitcoinHash>,
    /// The `.ots` file.
    pub proof: Option<BlobRef>,
    pub evidence: Option<BlobRef>,
}

/// One anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorEntry {
    pub request: AnchorRequest,
    pub state: AnchorState,
}

/// The newest event of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Requested,
    Promised,
    Attested,
    Broadcast,
    Included,
    Confirmed,
    Orphaned,
}

words!(Stage:
    Requested = "requested",
    Promised = "promised",
    Attested = "attested",
    Broadcast = "broadcast",
    Included = "included",
    Confirmed = "confirmed",
    Orphaned = "orphaned",
);
words!(AnchorWay: OpenTimestamps = "open_timestamps", OwnTransaction = "own_transaction");

/// What some events add.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub requests: Vec<AnchorRequest>,
    /// The newest state of each anchor that has a new one.
    pub states: BTreeMap<CheckpointDigest, AnchorState>,
}

impl Changes {
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        let Family::Anchor(event) = recorded.event.family() else { return };
        if let AnchorEvent::AnchorRequested(it) = event {
            self.requests.push(AnchorRequest {
                position: recorded.position,
                checkpoint: it.checkpoint,
                size: it.size,
                way: it.way,
                note: it.note,
                requested_at: recorded.recorded_at,
            });
        }
        let (checkpoint, state) = state_after(event, recorded.recorded_at);
        self.states.insert(checkpoint, state);
    }
}

fn state_after(event: AnchorEvent<'_>, changed_at: UnixMillis) -> (CheckpointDigest, AnchorState) {
    let at = |stage| AnchorState {
        stage,
        changed_at,
        transaction: None,
        height: None,
        block: None,
        proof: None,
        evidence: None,
    };
    match event {
        AnchorEvent::AnchorRequested(it) => (it.checkpoint, at(Stage::Requested)),
        AnchorEvent::AnchorPromised(it) => {
            (it.checkpoint, AnchorState { proof: Some(it.proof), ..at(Stage::Promised) })
        }
        AnchorEvent::AnchorAttested(it) => {
            let state = AnchorState { height: Some(it.height), proof: Some(it.proof), ..at(Stage::Attested) };
            (it.checkpoint, state)
        }
        AnchorEvent::AnchorBroadcast(it) => {
            (it.checkpoint, AnchorState { transaction: Some(it.transaction), ..at(Stage::Broadcast) })
        }
        AnchorEvent::AnchorIncluded(it) => {
            let state = in_block(at(Stage::Included), (it.height, it.block), (it.proof, it.evidence));
            (it.checkpoint, state)
        }
        AnchorEvent::AnchorConfirmed(it) => {
            let state = in_block(at(Stage::Confirmed), (it.height, it.block), (it.proof, it.evidence));
            (it.checkpoint, state)
        }
        AnchorEvent::AnchorOrphaned(it) => {
            // What proved it proves nothing any more.
            let state = AnchorState { height: Some(it.height), block: Some(it.block), ..at(Stage::Orphaned) };
            (it.checkpoint, state)
        }
    }
}

fn in_block(
    state: AnchorState,
    (height, block): (u32, BitcoinHash),
    (proof, evidence): (BlobRef, BlobRef),
) -> AnchorState {
    AnchorState { height: Some(height), block: Some(block), proof: Some(proof), evidence: Some(evidence), ..state }
}
