//! `GET /tile/<L>/<N>`, `GET /tile/entries/<N>`: the log in files that never change.

use super::Compressible;
use crate::Coordinator;
use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use edgecoder_ledger::tree::{TileKind, TilePath};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

/// 256 hashes or entries, or the first of them, by the paths of C2SP tlog-tiles. Anyone may keep them for ever.
#[utoipa::path(
    get,
    path = "/tile/{path}",
    operation_id = "show_tile",
    tag = "log",
    security(()),
    params(("path" = String, Path, description = "like 0/x001/234, entries/067 or 1/000.p/17")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "hashes, or entries"),
        (status = 404, body = ProblemDetails, description = "no_such_tile"),
        (status = 503, body = ProblemDetails, description = "answers_crowded: others have not read theirs yet"),
    ),
)]
pub async fn tile(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let path = TilePath::parse(&path).map_err(|error| Problem::not_found("no_such_tile", error.to_string()))?;
    let make = async { coordinator.store.tiles().file(path).await.map_err(|error| Problem::internal(&error)) };
    let bytes = coordinator.tiles.read(path, make).await?.ok_or_else(|| {
        Problem::not_found("no_such_tile", "the newest checkpoint does not cover this tile, or not so much of it")
    })?;
    let headers = [(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    let mut answer = (headers, bytes).into_response();
    if path.kind == TileKind::Entries {
        answer.extensions_mut().insert(Compressible);
    }
    Ok(answer)
}
