//! What may be recorded about an anchor? What was recorded already is recorded no second time.

use super::{Anchor, AnchorBlock, AnchorCommand, AnchorRefusal, Stage};
use edgecoder_events::{
    BitcoinHash, BlobRef, CheckpointDigest, Event,
    anchor::{
        AnchorAttested, AnchorBroadcast, AnchorConfirmed, AnchorIncluded, AnchorOrphaned, AnchorPromised,
        AnchorRequested, AnchorWay,
    },
};

/// Turns what is said of a checkpoint into an event, or says why it cannot be.
///
/// # Errors
/// [`AnchorRefusal`] where it contradicts what was recorded before.
pub fn decide(
    anchor: &Anchor,
    checkpoint: CheckpointDigest,
    command: AnchorCommand,
) -> Result<Option<Event>, AnchorRefusal> {
    match command {
        AnchorCommand::Request { size, way, note } => match anchor.goes(way) {
            Err(AnchorRefusal::NotRequested) => Ok(Some(AnchorRequested { checkpoint, size, way, note }.into())),
            already => already.map(|()| None),
        },
        AnchorCommand::Promise { proof, calendars } => promise(anchor, checkpoint, proof, calendars),
        AnchorCommand::Attest { height, proof } => attest(anchor, checkpoint, height, proof),
        AnchorCommand::Broadcast { transaction, fee_sat } => broadcast(anchor, checkpoint, transaction, fee_sat),
        AnchorCommand::Include(at) => include(anchor, checkpoint, at),
        AnchorCommand::Confirm(at) => confirm(anchor, checkpoint, at),
        AnchorCommand::Orphan { height, block } => orphan(anchor, checkpoint, height, block),
    }
}

fn promise(
    anchor: &Anchor,
    checkpoint: CheckpointDigest,
    proof: BlobRef,
    calendars: Vec<String>,
) -> Result<Option<Event>, AnchorRefusal> {
    anchor.goes(AnchorWay::OpenTimestamps)?;
    match anchor.stage {
        Stage::Promised(_) | Stage::Attested => Ok(None),
        Stage::Wanted | Stage::Broadcast(_) | Stage::Included(_) | Stage::Confirmed(_) | Stage::Orphaned => {
            Ok(Some(AnchorPromised { checkpoint, proof, calendars }.into()))
        }
    }
}

fn attest(
    anchor: &Anchor,
    checkpoint: CheckpointDigest,
    height: u32,
    proof: BlobRef,
) -> Result<Option<Event>, AnchorRefusal> {
    anchor.goes(AnchorWay::OpenTimestamps)?;
    match anchor.stage {
        Stage::Promised(_) => Ok(Some(AnchorAttested { checkpoint, height, proof }.into())),
        Stage::Attested => Ok(None),
        Stage::Wanted | Stage::Broadcast(_) | Stage::Included(_) | Stage::Confirmed(_) | Stage::Orphaned => {
            Err(AnchorRefusal::NotPromised)
        }
    }
}

fn broadcast(
    anchor: &Anchor,
    checkpoint: CheckpointDigest,
    transaction: BitcoinHash,
    fee_sat: u64,
) -> Result<Option<Event>, AnchorRefusal> {
    anchor.goes(AnchorWay::OwnTransaction)?;
    match anchor.stage {
        Stage::Broadcast(before) if before == transaction => Ok(None),
        // What is in a block needs no sending.
        Stage::Included(_) | Stage::Confirmed(_) => Ok(None),
        Stage::Wanted | Stage::Promised(_) | Stage::Attested | Stage::Broadcast(_) | Stage::Orphaned => {
            Ok(Some(AnchorBroadcast { checkpoint, transaction, fee_sat }.into()))
        }
    }
}

fn include(anchor: &Anchor, checkpoint: CheckpointDigest, at: AnchorBlock) -> Result<Option<Event>, AnchorRefusal> {
    anchor.goes(AnchorWay::OwnTransaction)?;
    let AnchorBlock { height, block, proof, evidence } = at;
    match anchor.stage {
        Stage::Included(held) | Stage::Confirmed(held) if held == block => Ok(None),
        Stage::Included(_) | Stage::Confirmed(_) => Err(AnchorRefusal::InAnotherBlock),
        Stage::Wanted | Stage::Promised(_) | Stage::Attested | Stage::Broadcast(_) | Stage::Orphaned => {
            Ok(Some(AnchorIncluded { checkpoint, height, block, proof, evidence }.into()))
        }
    }
}

fn confirm(anchor: &Anchor, checkpoint: CheckpointDigest, at: AnchorBlock) -> Result<Option<Event>, AnchorRefusal> {
    anchor.goes(AnchorWay::OwnTransaction)?;
    let AnchorBlock { height, block, proof, evidence } = at;
    match anchor.stage {
        Stage::Included(held) if held == block => {
            Ok(Some(AnchorConfirmed { checkpoint, height, block, proof, evidence }.into()))
        }
        Stage::Confirmed(held) if held == block => Ok(None),
        Stage::Wanted
        | Stage::Promised(_)
        | Stage::Attested
        | Stage::Broadcast(_)
        | Stage::Included(_)
        | Stage::Confirmed(_)
        | Stage::Orphaned => Err(AnchorRefusal::NotInThisBlock),
    }
}

fn orphan(
    anchor: &Anchor,
    checkpoint: CheckpointDigest,
    height: u32,
    block: BitcoinHash,
) -> Result<Option<Event>, AnchorRefusal> {
    anchor.goes(AnchorWay::OwnTransaction)?;
    match anchor.stage {
        Stage::Included(held) | Stage::Confirmed(held) if held == block => {
            Ok(Some(AnchorOrphaned { checkpoint, height, block }.into()))
        }
        Stage::Orphaned => Ok(None),
        Stage::Wanted
        | Stage::Promised(_)
        | Stage::Attested
        | Stage::Broadcast(_)
        | Stage::Included(_)
        | Stage::Confirmed(_) => Err(AnchorRefusal::NotInThisBlock),
    }
}
