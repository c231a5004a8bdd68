//! Is a new anchor worth its while? Only where something happened that no anchor before commits to.

use super::{AnchorError, Anchoring};
use crate::Coordinator;
use edgecoder_anchoring::evidence::Commitment;
use edgecoder_domain::anchor::{AnchorCommand, is_worth_dating};
use edgecoder_events::{Actor, CheckpointDigest, Position};
use edgecoder_ledger::{
    checkpoint::{Checkpoint, CheckpointError},
    note::Note,
};
use edgecoder_projections::{PageRequest, anchors::AnchorRequest};
use edgecoder_store::{Blob, StorageError};
use futures_util::TryStreamExt;
use std::pin::pin;

/// Asks for the log as it is now to be dated, where that is news; by which checkpoint.
pub async fn ask(
    coordinator: &Coordinator,
    anchoring: &Anchoring,
    actor: Actor,
) -> Result<Option<CheckpointDigest>, AnchorError> {
    let _turn = anchoring.asking.lock().await;
    coordinator.store.checkpoint_now().await?;
    let newest = newest_request(coordinator).await?;
    ask_after(coordinator, anchoring, actor, newest.as_ref()).await
}

/// Asks by the clock: not before the interval since the newest anchor is over.
pub async fn ask_if_due(coordinator: &Coordinator, anchoring: &Anchoring) -> Result<(), AnchorError> {
    let _turn = anchoring.asking.lock().await;
    let newest = newest_request(coordinator).await?;
    let now = coordinator.commands.clock().now();
    let is_due = |it: &AnchorRequest| u128::from(now.ms_since(it.requested_at)) >= anchoring.every.as_millis();
    if newest.as_ref().is_none_or(is_due) {
        ask_after(coordinator, anchoring, Actor::system("anchors"), newest.as_ref()).await?;
    }
    Ok(())
}

async fn newest_request(coordinator: &Coordinator) -> Result<Option<AnchorRequest>, AnchorError> {
    super::job::caught_up(coordinator).await?;
    let page = coordinator.projections.anchors().list(&PageRequest::new(None, 1)).await?;
    Ok(page.items.into_iter().next().map(|it| it.request))
}

async fn ask_after(
    coordinator: &Coordinator,
    anchoring: &Anchoring,
    actor: Actor,
    newest: Option<&AnchorRequest>,
) -> Result<Option<CheckpointDigest>, AnchorError> {
    let Some(note) = coordinator.store.checkpoint() else { return Ok(None) };
    let size = size_of(&note)?;
    let dated = newest.map_or(Position(0), |it| it.size);
    if !has_news(coordinator, dated, size).await? {
        return Ok(None);
    }
    let checkpoint = CheckpointDigest(Commitment::to_file(note.as_bytes()).0);
    let note = Blob::new(note.as_bytes().to_vec());
    let request = AnchorCommand::Request { size, way: anchoring.way(), note: note.address() };
    super::record::record(coordinator, actor, checkpoint, request, vec![note]).await?;
    anchoring.asked.notify_one();
    Ok(Some(checkpoint))
}

/// The size that a checkpoint of our own commits to.
fn size_of(note: &str) -> Result<Position, CheckpointError> {
    let checkpoint: Checkpoint = Note::parse(note.as_bytes())?.text().parse()?;
    Ok(Position(checkpoint.size))
}

/// Whether anything but anchors' own events stands between two sizes of the log. Reads until the first.
async fn has_news(coordinator: &Coordinator, from: Position, to: Position) -> Result<bool, StorageError> {
    let mut events = pin!(coordinator.store.read(from));
    while let Some(recorded) = events.try_next().await? {
        if recorded.position >= to {
            return Ok(false);
        }
        if is_worth_dating(&recorded.event) {
            return Ok(true);
        }
    }
    Ok(false)
}
