//! `GET /anchors/{id}`: how far is an anchor, and which files prove it, under the names that other people's tools expect?

use crate::{Coordinator, anchors, views};
use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use edgecoder_events::{BlobRef, CheckpointDigest};
use edgecoder_projections::anchors::AnchorEntry;
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{anchors::AnchorView, problem::ProblemDetails};

/// Shows the anchor `<checkpoint>`; or gives `<checkpoint>.checkpoint`, the file that is dated; `<checkpoint>.ots`, its proof; or `<checkpoint>.json`, what
/// proves it without a node.
#[utoipa::path(
    get,
    path = "/anchors/{id}",
    operation_id = "show_anchor_file",
    tag = "anchors",
    security(()),
    params(("id" = String, Path, description = "the anchor's name; for a file a dot and `checkpoint`, `ots` or `json` after it")),
    responses(
        (status = 200, description = "the anchor, or the file", content(
            (AnchorView = "application/json"),
            (String = "application/octet-stream"),
        )),
        (status = 404, body = ProblemDetails, description = "anchor_not_found, or it has no such file yet"),
    ),
)]
pub async fn file(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (checkpoint, kind) = parse(&id).ok_or_else(no_such_file)?;
    anchors::newest_list(&coordinator).await;
    let anchor = coordinator.projections.anchors().get(&checkpoint).await?.ok_or_else(no_such_file)?;
    let Some(kind) = kind else { return Ok(Json(views::anchor(anchor)).into_response()) };
    let (content, media_type) = kind.of(&anchor).ok_or_else(no_such_file)?;
    let bytes = coordinator.store.blobs().get(content).await.map_err(|error| Problem::internal(&error))?;
    Ok(([(CONTENT_TYPE, media_type)], bytes.ok_or_else(no_such_file)?).into_response())
}

#[derive(Clone, Copy)]
enum Kind {
    Checkpoint,
    Proof,
    Evidence,
}

impl Kind {
    fn of(self, anchor: &AnchorEntry) -> Option<(BlobRef, &'static str)> {
        match self {
            Self::Checkpoint => Some((anchor.request.note, "text/plain; charset=utf-8")),
            Self::Proof => anchor.state.proof.map(|proof| (proof, "application/vnd.opentimestamps.v1")),
            Self::Evidence => anchor.state.evidence.map(|evidence| (evidence, "application/json")),
        }
    }
}

/// The anchor, and which of its files; none where the anchor itself is meant.
fn parse(id: &str) -> Option<(CheckpointDigest, Option<Kind>)> {
    let Some((checkpoint, extension)) = id.split_once('.') else { return Some((id.parse().ok()?, None)) };
    let kind = match extension {
        "checkpoint" => Kind::Checkpoint,
        "ots" => Kind::Proof,
        "json" => Kind::Evidence,
        _ => return None,
    };
    Some((checkpoint.parse().ok()?, Some(kind)))
}

fn no_such_file() -> Problem {
    Problem::not_found("anchor_not_found", "there is no anchor of this name, or it has no such file yet")
}
