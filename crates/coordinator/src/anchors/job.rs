//! When are anchors looked after? By the clock, and when one was just asked for.

use super::{AnchorError, Anchoring, Carrier, ask::ask_if_due, by_calendars, by_transaction};
use crate::Coordinator;
use edgecoder_events::Position;
use edgecoder_projections::{ProjectionError, Question, anchors::AnchorEntry};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Anchors that one look takes further; the rest is for the next.
const MAX_PER_LOOK: usize = 128;
/// The longest that a look waits for what was just recorded.
const WAIT_FOR_LIST: Duration = Duration::from_secs(2);

/// Looks until `stop`.
pub async fn run(coordinator: Coordinator, anchoring: Arc<Anchoring>, stop: CancellationToken) {
    let mut looks = interval(anchoring.pause());
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => {
                if let Err(error) = ask_if_due(&coordinator, &anchoring).await {
                    tracing::warn!(%error, "no anchor was asked for");
                }
            }
            () = anchoring.asked.notified() => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = look(&coordinator, &anchoring) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// An anchor with a problem does not hold up the others.
async fn look(coordinator: &Coordinator, anchoring: &Anchoring) {
    let open = match open(coordinator, anchoring).await {
        Ok(open) => open,
        Err(error) => return tracing::warn!(%error, "the anchors on their way could not be listed"),
    };
    for anchor in open {
        if let Err(error) = carry(coordinator, anchoring, &anchor).await {
            tracing::warn!(anchor.checkpoint = %anchor.request.checkpoint, %error, "an anchor gets no further");
        }
    }
}

async fn open(coordinator: &Coordinator, anchoring: &Anchoring) -> Result<Vec<AnchorEntry>, ProjectionError> {
    caught_up(coordinator).await?;
    coordinator.projections.anchors().open(anchoring.way(), MAX_PER_LOOK).await
}

async fn carry(coordinator: &Coordinator, anchoring: &Anchoring, anchor: &AnchorEntry) -> Result<(), AnchorError> {
    match &anchoring.carrier {
        Carrier::Calendars(calendars) => by_calendars::carry(coordinator, calendars, anchor).await,
        Carrier::Service(service) => by_transaction::carry(coordinator, service, anchor).await,
    }
}

/// Waits until the list has everything that was recorded before: what was decided on an older one might be done twice.
pub async fn caught_up(coordinator: &Coordinator) -> Result<(), ProjectionError> {
    let Some(newest) = coordinator.store.head().size.checked_sub(1) else { return Ok(()) };
    coordinator.projections.wait_until(Question::Anchors, Position(newest), WAIT_FOR_LIST).await
}

/// Waits a little until the list is as new as the log. One that lags for longer answers as it is.
pub async fn newest_list(coordinator: &Coordinator) {
    if let Err(error) = caught_up(coordinator).await {
        tracing::warn!(%error, "anchors are shown as they were");
    }
}
