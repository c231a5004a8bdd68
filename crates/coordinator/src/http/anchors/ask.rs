//! `POST /anchors`: date the log as it is now, before the interval is over.

use crate::{Coordinator, anchors};
use axum::extract::State;
use edgecoder_events::Actor;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem},
};
use edgecoder_wire::{anchors::AnchorAsked, problem::ProblemDetails};

/// Asks for the newest checkpoint to be dated, where anything happened since the newest anchor.
#[utoipa::path(
    post,
    path = "/anchors",
    operation_id = "ask_for_anchor",
    tag = "anchors",
    security(("operator" = [])),
    responses(
        (status = 200, body = AnchorAsked, description = "the checkpoint that is to be dated, if it is news"),
        (status = 503, body = ProblemDetails, description = "anchoring_off, or nothing could be recorded"),
    ),
)]
pub async fn ask(State(coordinator): State<Coordinator>, _: Operator) -> Result<Json<AnchorAsked>, Problem> {
    let Some(anchoring) = &coordinator.anchoring else {
        let detail = "nobody dates checkpoints here: set ANCHOR_CALENDARS or ANCHOR_SERVICE_URL";
        return Err(Problem::unavailable("anchoring_off", detail));
    };
    let asked = anchors::ask(&coordinator, anchoring, Actor::operator("admin")).await;
    let checkpoint = asked.map_err(|error| Problem::unavailable("anchor_not_asked", error.to_string()))?;
    Ok(Json(AnchorAsked { checkpoint }))
}
