//! `PUT /anchors/{checkpoint}`: carry this checkpoint into a block.

use crate::{AnchorService, answers, desk_owner::Order, http::order};
use axum::extract::State;
use edgecoder_anchoring::evidence::Commitment;
use edgecoder_events::CheckpointDigest;
use edgecoder_service_kit::{
    callers::Service,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{anchors::Carried, problem::ProblemDetails};

/// Wants a checkpoint carried into a block. Asking again changes nothing, and is never paid for again.
#[utoipa::path(
    put,
    path = "/anchors/{checkpoint}",
    operation_id = "want_anchor",
    tag = "anchors",
    security(("service" = [])),
    params(("checkpoint" = String, Path, description = "the SHA-256 of the checkpoint's file, in hexadecimal")),
    responses(
        (status = 200, body = Carried, description = "how far it is"),
        (status = 429, body = ProblemDetails, description = "anchor_pace: too many new ones in an hour"),
        (status = 503, body = ProblemDetails, description = "anchor_trouble, with what the wallet or the node said"),
    ),
)]
pub async fn want(
    State(service): State<AnchorService>,
    _: Service,
    Path(checkpoint): Path<CheckpointDigest>,
) -> Result<Json<Carried>, Problem> {
    let standing = order(&service, |reply| Order::Want(Commitment(checkpoint.0), reply)).await?;
    Ok(Json(answers::carried(&standing)?))
}
