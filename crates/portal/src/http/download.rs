//! `GET /download`: how do I get the program onto my machine?

use crate::{
    Portal,
    callers::Visitor,
    page::{self, Shell},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_service_kit::http::Problem;

#[derive(Template)]
#[template(path = "download.html")]
struct Page<'a> {
    shell: &'a Shell,
    audit_url: &'a str,
    platforms: [Platform; 3],
}

/// A kind of machine, and what it needs before the program can be built there.
struct Platform {
    name: &'static str,
    prepare: &'static str,
}

const PLATFORMS: [Platform; 3] = [
    Platform { name: "macOS", prepare: "xcode-select --install" },
    Platform { name: "Linux (Debian, Ubuntu)", prepare: "sudo apt install build-essential" },
    Platform { name: "Windows", prepare: "winget install Microsoft.VisualStudio.2022.BuildTools" },
];

/// Says how the program is built on each platform: ready-made ones are not given out yet.
#[utoipa::path(
    get,
    path = "/download",
    operation_id = "download_page",
    tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "how to build it")),
)]
pub async fn download(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Problem> {
    let shell = Shell::of_anybody(&portal, &visitor).await?;
    let page = Page { shell: &shell, audit_url: &portal.audit_url, platforms: PLATFORMS };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}
