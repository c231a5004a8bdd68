//! How far has a checkpoint come on its way into the block chain, and may this be said of it?

mod decide;
#[cfg(test)]
mod tests;

pub use decide::decide;

use crate::Aggregate;
use edgecoder_events::{AnchorEvent, BitcoinHash, BlobRef, Event, Family, Position, anchor::AnchorWay};

/// One checkpoint on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchor {
    way: Option<AnchorWay>,
    stage: Stage,
}

/// How far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Wanted,
    Promised(BlobRef),
    Attested,
    Broadcast(BitcoinHash),
    Included(BitcoinHash),
    Confirmed(BitcoinHash),
    Orphaned,
}

/// What may be said of an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorCommand {
    Request {
        size: Position,
        way: AnchorWay,
        note: BlobRef,
    },
    Promise {
        proof: BlobRef,
        calendars: Vec<String>,
    },
    Attest {
        height: u32,
        proof: BlobRef,
    },
    Broadcast {
        transaction: BitcoinHash,
        fee_sat: u64,
    },
    Include(AnchorBlock),
    Confirm(AnchorBlock),
    /// The block that held it is not in the best chain any more.
    Orphan {
        height: u32,
        block: BitcoinHash,
    },
}

/// The block that holds an anchor, and what proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorBlock {
    pub height: u32,
    pub block: BitcoinHash,
    pub proof: BlobRef,
    pub evidence: BlobRef,
}

/// Why it cannot be said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorRefusal {
    #[error("nobody asked for this checkpoint to be anchored")]
    NotRequested,
    #[error("this checkpoint is anchored in another way")]
    OtherWay,
    #[error("no calendar has promised to date it")]
    NotPromised,
    #[error("another block holds it: that one must be orphaned first")]
    InAnotherBlock,
    #[error("no such block was recorded to hold it")]
    NotInThisBlock,
}

/// Whether an event is worth dating: an anchor's own events must not cause the next anchor, or idling would cost fees.
pub fn is_worth_dating(event: &Event) -> bool {
    match event.family() {
        Family::Anchor(_) => false,
        Family::Ledger(_)
        | Family::Node(_)
        | Family::Agent(_)
        | Family::Task(_)
        | Family::Credit(_)
        | Family::Person(_) => true,
    }
}

impl Aggregate for Anchor {
    fn evolve(&mut self, event: &Event) {
        match event.family() {
            Family::Anchor(event) => self.take_in(event),
            Family::Ledger(_)
            | Family::Node(_)
            | Family::Agent(_)
            | Family::Task(_)
            | Family::Credit(_)
            | Family::Person(_) => {}
        }
    }
}

impl Anchor {
    fn take_in(&mut self, event: AnchorEvent<'_>) {
        self.stage = match event {
            AnchorEvent::AnchorRequested(requested) => {
                self.way = Some(requested.way);
                Stage::Wanted
            }
            AnchorEvent::AnchorPromised(promised) => Stage::Promised(promised.proof),
            AnchorEvent::AnchorAttested(_) => Stage::Attested,
            AnchorEvent::AnchorBroadcast(broadcast) => Stage::Broadcast(broadcast.transaction),
            AnchorEvent::AnchorIncluded(included) => Stage::Included(included.block),
            AnchorEvent::AnchorConfirmed(confirmed) => Stage::Confirmed(confirmed.block),
            AnchorEvent::AnchorOrphaned(_) => Stage::Orphaned,
        };
    }

    /// Whether it was asked for in this way.
    fn goes(&self, way: AnchorWay) -> Result<(), AnchorRefusal> {
        match self.way {
            Some(asked) if asked == way => Ok(()),
            Some(_) => Err(AnchorRefusal::OtherWay),
            None => Err(AnchorRefusal::NotRequested),
        }
    }
}
