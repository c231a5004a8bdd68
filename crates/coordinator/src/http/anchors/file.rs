//! `GET /anchors/{id}`: the files that prove an anchor, under the names that other people's tools expect.

use crate::{Coordinator, anchors};
use axum::{
    extract::State,
    http::header::{CONTENT_TYPE, HeaderName},
};
use edgecoder_events::{BlobRef, CheckpointDigest};
use edgecoder_projections::anchors::AnchorEntry;
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

type Header = (HeaderName, &'static str);

/// Gives `<checkpoint>.checkpoint`, the file that is dated; `<checkpoint>.ots`, its proof; or `<checkpoint>.json`, what
/// proves it without a node.
#[utoipa::path(
    get,
    path = "/anchors/{id}",
    operation_id = "show_anchor_file",
    tag = "anchors",
    security(()),
    params(("id" = String, Path, description = "the anchor's name, a dot, and `checkpoint`, `ots` or `json`")),
    responses(
        (status = 200, content_type = "application/octet-stream", description = "the file"),
        (status = 404, body = ProblemDetails, description = "anchor_not_found, or it has no such file yet"),
    ),
)]
pub async fn file(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Path(id): Path<String>,
) -> Result<([Header; 1], Vec<u8>), Problem> {
    let (checkpoint, kind) = parse(&id).ok_or_else(no_such_file)?;
    anchors::newest_list(&coordinator).await;
    let anchor = coordinator.projections.anchors().get(&checkpoint).await?.ok_or_else(no_such_file)?;
    let (content, media_type) = kind.of(&anchor).ok_or_else(no_such_file)?;
    let bytes = coordinator.store.blobs().get(content).await.map_err(|error| Problem::internal(&error))?;
    Ok(([(CONTENT_TYPE, media_type)], bytes.ok_or_else(no_such_file)?))
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

fn parse(id: &str) -> Option<(CheckpointDigest, Kind)> {
    let (checkpoint, extension) = id.split_once('.')?;
    let kind = match extension {
        "checkpoint" => Kind::Checkpoint,
        "ots" => Kind::Proof,
        "json" => Kind::Evidence,
        _ => return None,
    };
    Some((checkpoint.parse().ok()?, kind))
}

fn no_such_file() -> Problem {
    Problem::not_found("anchor_not_found", "there is no anchor of this name, or it has no such file yet")
}
