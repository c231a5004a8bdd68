//! How do calendars date a checkpoint? They promise, and hours later they have a block.

use super::{AnchorError, record::record};
use crate::Coordinator;
use edgecoder_anchoring::{calendar::Calendars, ots::DetachedTimestamp};
use edgecoder_domain::anchor::AnchorCommand;
use edgecoder_events::{Actor, BlobRef};
use edgecoder_projections::anchors::{AnchorEntry, Stage};
use edgecoder_service_kit::chance;
use edgecoder_store::Blob;

/// Takes one anchor as far as the calendars let it come now.
pub async fn carry(coordinator: &Coordinator, calendars: &Calendars, anchor: &AnchorEntry) -> Result<(), AnchorError> {
    match (anchor.state.stage, anchor.state.proof) {
        (Stage::Requested, _) => stamp(coordinator, calendars, anchor).await,
        (Stage::Promised, Some(proof)) => upgrade(coordinator, calendars, anchor, proof).await,
        _ => Ok(()),
    }
}

async fn stamp(coordinator: &Coordinator, calendars: &Calendars, anchor: &AnchorEntry) -> Result<(), AnchorError> {
    let checkpoint = anchor.request.checkpoint;
    let stamped = calendars.stamp(checkpoint.0, &mut chance::system()).await?;
    for error in &stamped.failed {
        tracing::warn!(%error, "a calendar did not promise");
    }
    let proof = Blob::new(stamped.proof.to_bytes());
    let promise = AnchorCommand::Promise { proof: proof.address(), calendars: stamped.answered };
    Ok(record(coordinator, Actor::system("anchors"), checkpoint, promise, vec![proof]).await?)
}

async fn upgrade(
    coordinator: &Coordinator,
    calendars: &Calendars,
    anchor: &AnchorEntry,
    kept: BlobRef,
) -> Result<(), AnchorError> {
    let bytes = coordinator.store.blobs().get(kept).await?.ok_or(AnchorError::Lost(kept))?;
    let mut proof = DetachedTimestamp::parse(&bytes)?;
    let upgraded = calendars.upgrade(&mut proof, &mut chance::system()).await?;
    for error in &upgraded.failed {
        tracing::warn!(%error, "a calendar could not be asked about its promise");
    }
    let Some(height) = proof.first_block() else { return Ok(()) };
    let proof = Blob::new(proof.to_bytes());
    let attest = AnchorCommand::Attest { height, proof: proof.address() };
    record(coordinator, Actor::system("anchors"), anchor.request.checkpoint, attest, vec![proof]).await?;
    tracing::info!(anchor.checkpoint = %anchor.request.checkpoint, height, "a checkpoint is dated by a block");
    Ok(())
}
