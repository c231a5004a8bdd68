//! `POST /nodes/{id}/token`: the token was lost, or somebody saw it.

use super::{enrolled, no_such_node, own_node, start::Begun};
use crate::{Portal, callers::Person, forms::Form};
use axum::{extract::State, response::Response};
use edgecoder_events::AgentId;
use edgecoder_service_kit::http::{Path, Problem};

/// Shows a new registration token of a machine of whoever is logged in, this once.
///
/// The one before is worth nothing any more. A machine that registered already goes on with its own key. Of a coordinator, which
/// has no token, it shows how that begins.
#[utoipa::path(
    post,
    path = "/nodes/{id}/token",
    operation_id = "renew_node_token",
    tag = "nodes",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the token and how to start"),
        (status = 303, description = "log in first"),
        (status = 404, description = "node_not_found, or not yours"),
    ),
)]
pub async fn rotate(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    let (entry, _) = own_node(&portal, &person, &id).await?;
    let kind = entry.enrolment().ok_or_else(no_such_node)?.kind;
    let (token, is_another) = enrolled(&portal, &person, &id, kind).await?;
    Ok(Begun { node: &id, token: token.as_ref(), is_another }.shown(&portal, &person))
}
