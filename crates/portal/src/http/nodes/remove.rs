//! `POST /nodes/{id}/remove`: this machine does not take part any more.

use super::{own_node, record};
use crate::{Portal, callers::Person, forms::Form, page};
use axum::{extract::State, response::Response};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_service_kit::http::{Path, Problem};

/// What the log says of the reason.
const REASON: &str = "its owner took it back";

/// Takes a machine of whoever is logged in back: it gets no more work, and what it worked on goes to others.
#[utoipa::path(
    post,
    path = "/nodes/{id}/remove",
    operation_id = "remove_own_node",
    tag = "nodes",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "taken back, now or before; or log in first"),
        (status = 404, description = "node_not_found, or not yours"),
    ),
)]
pub async fn remove(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    own_node(&portal, &person, &id).await?;
    record(&portal, &person, &id, AgentCommand::Reject { reason: REASON.to_owned() }).await?;
    Ok(page::go(&format!("/nodes/{id}"), []))
}
