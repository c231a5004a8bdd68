//! `GET /audit`, `/audit/entry`, `/audit/assets/{name}`: the page itself, as it was built in.
//!
//! It holds nothing of the log: its scripts read that from the other routes and verify it in the visitor's browser.

use super::super::log::Compressible;
use crate::Coordinator;
use axum::{
    body::Bytes,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

/// Nothing is loaded, run or asked but what this server has in files of its own; no text can become markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const OVERVIEW: File = File { name: "overview.html", kind: HTML, text: include_str!("page/overview.html") };
const ENTRY: File = File { name: "entry.html", kind: HTML, text: include_str!("page/entry.html") };

/// A file of the page.
struct File {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

macro_rules! assets {
    ($($name:literal as $kind:expr),+ $(,)?) => {
        [$(File { name: $name, kind: $kind, text: include_str!(concat!("page/", $name)) }),+]
    };
}

const ASSETS: [File; 14] = assets![
    "audit.css" as "text/css; charset=utf-8",
    "mark.svg" as "image/svg+xml",
    "anchors.js" as SCRIPT,
    "bytes.js" as SCRIPT,
    "dom.js" as SCRIPT,
    "entry.js" as SCRIPT,
    "fields.js" as SCRIPT,
    "keys.js" as SCRIPT,
    "messagepack.js" as SCRIPT,
    "note.js" as SCRIPT,
    "overview.js" as SCRIPT,
    "search.js" as SCRIPT,
    "tiles.js" as SCRIPT,
    "verify.js" as SCRIPT,
];

/// The log at a glance, and the search.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "audit_page",
    tag = "audit",
    security(()),
    responses((status = 200, body = String, content_type = "text/html", description = "a page for browsers")),
)]
pub async fn overview(State(_): State<Coordinator>, _: Anyone, asked: HeaderMap) -> Response {
    OVERVIEW.answer(&asked)
}

/// One entry, `?position=`, and its proof in the browser.
#[utoipa::path(
    get,
    path = "/audit/entry",
    operation_id = "audit_entry_page",
    tag = "audit",
    security(()),
    responses((status = 200, body = String, content_type = "text/html", description = "a page for browsers")),
)]
pub async fn entry(State(_): State<Coordinator>, _: Anyone, asked: HeaderMap) -> Response {
    ENTRY.answer(&asked)
}

/// Styles and scripts of both.
#[utoipa::path(
    get,
    path = "/audit/assets/{name}",
    operation_id = "audit_asset",
    tag = "audit",
    security(()),
    params(("name" = String, Path, description = "like audit.css")),
    responses(
        (status = 200, body = String, content_type = "text/javascript", description = "a file of the page"),
        (status = 404, body = ProblemDetails, description = "no_such_asset"),
    ),
)]
pub async fn asset(
    State(_): State<Coordinator>,
    _: Anyone,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let file = ASSETS.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Problem::not_found("no_such_asset", "the page has no file of this name"))?;
    Ok(file.answer(&asked))
}

impl File {
    /// The file, or that it is still the one that the browser has.
    fn answer(&self, asked: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", &blake3::hash(self.text.as_bytes()).to_hex()[..32]);
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(self.kind)),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (ETAG, HeaderValue::from_str(&tag).expect("hex digits and quotes are a header")),
        ];
        // Whoever compresses on the way marks the tag as weak.
        let is_known = |known: &HeaderValue| known.to_str().is_ok_and(|known| known.contains(&tag));
        if asked.get(IF_NONE_MATCH).is_some_and(is_known) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let mut answer = (headers, Bytes::from_static(self.text.as_bytes())).into_response();
        answer.extensions_mut().insert(Compressible);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the whole page may weigh.
    const MAX_BYTES: usize = 64_000;

    fn files() -> impl Iterator<Item = &'static File> {
        [&OVERVIEW, &ENTRY].into_iter().chain(&ASSETS)
    }

    /// What stands between two marks, wherever they are.
    fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
        text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
    }

    #[test]
    fn every_file_that_the_page_names_was_built_in() {
        let mut names: Vec<_> = files().flat_map(|file| between(file.text, "from \"./", "\"")).collect();
        names.extend(files().flat_map(|file| between(file.text, "assets/", "\"")));
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(ASSETS.iter().any(|file| file.name == name), "{name} is not served");
        }
    }

    #[test]
    fn nothing_runs_or_looks_that_is_not_in_a_file_and_all_of_it_is_small() {
        for page in [OVERVIEW, ENTRY] {
            for mark in ["<style", " style=", "onclick", "javascript:"] {
                assert!(!page.text.contains(mark), "{} has {mark}", page.name);
            }
            assert_eq!(
                page.text.matches("<script").count(),
                page.text.matches(" src=\"").count() - 1,
                "one image each"
            );
        }
        let bytes: usize = files().map(|file| file.text.len()).sum();
        assert!(bytes < MAX_BYTES, "{bytes} bytes");
    }
}
