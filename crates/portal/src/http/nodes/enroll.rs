//! `POST /nodes`: one more machine of mine.

use super::{MAX_NODES, enrolled, list::with_error, own_nodes, start::Begun};
use crate::{Portal, callers::Person, forms::Form, http::failures::sentence, text::ENGLISH};
use axum::{extract::State, response::Response};
use edgecoder_events::{AgentId, node::NodeKind};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::Problem;

/// Enrols a machine of whoever is logged in, and shows how it begins: a worker with a token, this once.
///
/// Asked again, the new token replaces the old one. A coordinator has none: it witnesses this log. The machine waits for an
/// operator's approval.
#[utoipa::path(
    post,
    path = "/nodes",
    operation_id = "enroll_own_node",
    tag = "nodes",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the token and how to start"),
        (status = 303, description = "log in first"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn enroll(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let typed = fields.text("name").trim();
    let Ok(node) = typed.parse::<AgentId>() else {
        return with_error(&portal, &person, ENGLISH.node_name_wrong.to_owned(), typed).await;
    };
    portal.newest(&[Question::AgentDirectory]).await;
    if own_nodes(&portal, &person).len() >= MAX_NODES {
        return with_error(&portal, &person, ENGLISH.node_too_many.to_owned(), typed).await;
    }
    let kind = if fields.text("kind") == "coordinator" { NodeKind::Coordinator } else { NodeKind::Agent };
    match enrolled(&portal, &person, &node, kind).await {
        Ok((token, is_another)) => Ok(Begun { node: &node, token: token.as_ref(), is_another }.shown(&portal, &person)),
        Err(problem) if problem.status().is_client_error() => {
            with_error(&portal, &person, sentence(problem.detail()), typed).await
        }
        Err(problem) => Err(problem),
    }
}
