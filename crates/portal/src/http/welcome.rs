//! `GET /`: what is this?

use crate::{
    Portal,
    callers::Visitor,
    page::{self, Shell},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_service_kit::http::Problem;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Page<'a> {
    shell: &'a Shell,
    audit_url: &'a str,
}

/// Shows the first page.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "welcome_page",
    tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "the first page")),
)]
pub async fn welcome(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Problem> {
    let shell = Shell::of_anybody(&portal, &visitor).await?;
    let page = Page { shell: &shell, audit_url: &portal.audit_url };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}
