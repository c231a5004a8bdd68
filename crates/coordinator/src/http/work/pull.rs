//! `POST /pull`: a machine asks for a subtask, and waits a little where there is none.

use crate::Coordinator;
use axum::extract::State;
use edgecoder_events::UnixMillis;
use edgecoder_identity::envelope::Envelope;
use edgecoder_service_kit::{
    callers::Signed,
    http::{Json, Problem},
};
use edgecoder_wire::{
    problem::ProblemDetails,
    work::{MAX_PULL_WAIT_MS, Pull, Pulled},
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Leases the next subtask to the machine that asks.
#[utoipa::path(
    post,
    path = "/pull",
    operation_id = "pull_work",
    tag = "work",
    security(("agent" = [])),
    request_body = Pull,
    responses(
        (status = 200, body = Pulled, description = "a lease, or none where there is no work"),
        (status = 401, body = ProblemDetails, description = "the signature does not hold"),
        (status = 403, body = ProblemDetails, description = "agent_may_not_work, sandbox_required"),
        (status = 429, body = ProblemDetails, description = "too_many_pulls"),
    ),
)]
pub async fn pull(
    State(coordinator): State<Coordinator>,
    signed: Signed<Pull>,
) -> Result<Json<Pulled<Envelope>>, Problem> {
    let seat = coordinator.pulling.take(signed.agent.as_str());
    let _held = seat.ok_or_else(|| {
        Problem::too_many("too_many_pulls", "this machine waits on as many connections as it may: wait for them")
    })?;
    let wait = Duration::from_millis(signed.body.wait_ms.min(MAX_PULL_WAIT_MS));
    let deadline = Instant::now() + wait;
    coordinator.mark_online(&signed.agent).await?;
    let mut changed = coordinator.projections.ready_changed();
    loop {
        changed.mark_unchanged();
        // Before the look, so that no hold ends between the two unseen.
        let looked_at = coordinator.commands.clock().now();
        let subtask = coordinator.scheduler().lease_next(&signed.agent).await?;
        if subtask.is_some() {
            return Ok(Json(Pulled { subtask }));
        }
        let hold_ends = coordinator.scheduler().next_hold_end(&signed.agent, looked_at)?;
        let hold_ends = hold_ends.map(|end| Instant::now() + left_until(end, coordinator.commands.clock().now()));
        let look_again = hold_ends.map_or(deadline, |end| end.min(deadline));
        match timeout_at(look_again, changed.changed()).await {
            Ok(Ok(())) => {}
            Err(_) if look_again < deadline => {}
            Ok(Err(_)) | Err(_) => return Ok(Json(Pulled { subtask: None })),
        }
    }
}

/// How long until a hold ends, which no event tells.
fn left_until(end: UnixMillis, now: UnixMillis) -> Duration {
    Duration::from_millis(end.ms_since(now))
}
