//! `POST /account/devices/{id}/end`: not with that browser any more.

use crate::{Portal, callers::Person, forms::Form, page};
use axum::{extract::State, response::Response};
use edgecoder_service_kit::http::{Path, Problem};

/// Ends one of the sessions of whoever is logged in.
#[utoipa::path(
    post,
    path = "/account/devices/{id}/end",
    operation_id = "end_session",
    tag = "people",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "ended, or log in first"),
        (status = 404, description = "no_such_device, or not yours"),
    ),
)]
pub async fn end(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    let sessions = portal.sessions.of(person.account(), portal.now()).await?;
    let session = sessions.iter().find(|session| session.id() == id);
    let session = session.ok_or_else(|| Problem::not_found("no_such_device", "you are not logged in there"))?;
    portal.sessions.end(session).await?;
    Ok(page::go("/account?done=device", []))
}
