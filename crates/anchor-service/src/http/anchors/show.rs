//! `GET /anchors/{checkpoint}`: how far is it, if it was ever wanted?

use crate::{AnchorService, answers, desk_owner::Order, http::order};
use axum::extract::State;
use edgecoder_anchoring::evidence::Commitment;
use edgecoder_events::CheckpointDigest;
use edgecoder_service_kit::{
    callers::Insider,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{anchors::Carried, problem::ProblemDetails};

/// Shows how far an anchor has come. Nothing is paid for asking.
#[utoipa::path(
    get,
    path = "/anchors/{checkpoint}",
    operation_id = "show_anchor",
    tag = "anchors",
    security(("operator" = []), ("service" = [])),
    params(("checkpoint" = String, Path, description = "the SHA-256 of the checkpoint's file, in hexadecimal")),
    responses(
        (status = 200, body = Carried, description = "how far it is"),
        (status = 404, body = ProblemDetails, description = "anchor_not_found"),
    ),
)]
pub async fn show(
    State(service): State<AnchorService>,
    _: Insider,
    Path(checkpoint): Path<CheckpointDigest>,
) -> Result<Json<Carried>, Problem> {
    let standing = order(&service, |reply| Order::Show(Commitment(checkpoint.0), reply)).await?;
    Ok(Json(answers::carried(&standing)?))
}
