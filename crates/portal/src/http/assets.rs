//! `GET /assets/{name}`: the style, the script and the mark, as they were built in.

use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Path, Problem},
};

struct File {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const FILES: [File; 3] = [
    File { name: "portal.css", kind: "text/css; charset=utf-8", text: include_str!("../../assets/portal.css") },
    File { name: "portal.js", kind: "text/javascript; charset=utf-8", text: include_str!("../../assets/portal.js") },
    File { name: "mark.svg", kind: "image/svg+xml", text: include_str!("../../assets/mark.svg") },
];

/// Gives a file of the pages.
#[utoipa::path(
    get,
    path = "/assets/{name}",
    operation_id = "portal_asset",
    tag = "pages",
    params(("name" = String, Path, description = "like portal.css")),
    responses(
        (status = 200, body = String, content_type = "text/css", description = "a file of the pages"),
        (status = 404, description = "no_such_asset"),
    ),
)]
pub async fn asset(_: Anyone, Path(name): Path<String>, asked: HeaderMap) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Problem::not_found("no_such_asset", "the pages have no file of this name"))?;
    let tag = format!("\"{}\"", &blake3::hash(file.text.as_bytes()).to_hex()[..32]);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(file.kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, HeaderValue::from_str(&tag).expect("hex digits and quotes are a header")),
    ];
    let is_known = |known: &HeaderValue| known.to_str().is_ok_and(|known| known.contains(&tag));
    if asked.get(IF_NONE_MATCH).is_some_and(is_known) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, Bytes::from_static(file.text.as_bytes())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What style and script may weigh: the first page with them is far below 150 kB.
    const MAX_BYTES: usize = 40_000;

    #[test]
    fn style_and_script_are_small_and_ask_for_nothing_else() {
        let bytes: usize = FILES.iter().map(|file| file.text.len()).sum();
        assert!(bytes < MAX_BYTES, "{bytes} bytes");
        for file in &FILES {
            for mark in ["@import", "url(", "import "] {
                assert!(!file.text.contains(mark), "{} has {mark}", file.name);
            }
        }
    }
}
