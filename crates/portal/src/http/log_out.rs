//! `POST /log-out`: this browser forgets who was here.

use crate::{Portal, callers::Visitor, cookies::Cookie, forms::Form, page};
use axum::{extract::State, response::Response};
use edgecoder_service_kit::http::Problem;

/// Ends the session of this browser.
#[utoipa::path(
    post,
    path = "/log-out",
    operation_id = "log_out",
    tag = "people",
    responses((status = 303, description = "logged out, now or before")),
)]
pub async fn log_out(
    State(portal): State<Portal>,
    Form { caller: visitor, .. }: Form<Visitor>,
) -> Result<Response, Problem> {
    if let Some(session) = visitor.session() {
        portal.sessions.end(session).await?;
    }
    Ok(page::go("/", [portal.cookies.keep(Cookie::Session, "", 0)]))
}
