//! The log itself, for those who verify it: C2SP tlog-tiles.

pub mod checkpoint;
pub mod receipt;
pub mod tile;

use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use edgecoder_service_kit::http::Problem;
use tower_http::compression::CompressionLayer;

/// Marks an answer that gets shorter by compression: entries do, hashes do not.
#[derive(Clone, Copy)]
pub(super) struct Compressible;

type Predicate = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses what is marked, where the caller takes gzip.
pub fn compressed() -> CompressionLayer<Predicate> {
    let is_marked: Predicate = |_, _, _, marks| marks.get::<Compressible>().is_some();
    CompressionLayer::new().compress_when(is_marked)
}

/// What a process answers that leads no log, or has not signed anything yet.
fn nothing_published() -> Problem {
    let detail = "this process shows no checkpoint now: it stands by, or its log was rolled back, or it has just begun";
    Problem::unavailable("no_checkpoint", detail)
}
