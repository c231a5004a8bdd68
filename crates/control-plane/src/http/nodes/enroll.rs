//! `POST /nodes/enroll`: an owner announces a machine.

use crate::ControlPlane;
use axum::extract::State;
use edgecoder_domain::{
    agent::{self, AgentCommand},
    wallet::WalletRefusal,
};
use edgecoder_events::{Event, NewEvent, StreamName};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    chance,
    commands::{Request, Subject, View},
    http::{Json, Problem, Refusal},
};
use edgecoder_wire::{
    nodes::{EnrollNode, NodeEnrolled},
    problem::ProblemDetails,
};

/// Enrols a machine and shows the token with which it registers, this once.
///
/// The same owner may ask again: the new token replaces the old one. The machine waits for an operator's approval.
#[utoipa::path(
    post,
    path = "/nodes/enroll",
    operation_id = "enroll_node",
    tag = "nodes",
    security(("operator" = [])),
    request_body = EnrollNode,
    responses(
        (status = 200, body = NodeEnrolled, description = "enrolled; the registration token is shown this once"),
        (status = 404, body = ProblemDetails, description = "account_not_found: open the owner's account first"),
        (status = 409, body = ProblemDetails, description = "node_owned_by_another"),
    ),
)]
pub async fn enroll(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Json(body): Json<EnrollNode>,
) -> Result<Json<NodeEnrolled>, Problem> {
    let node = body.node_id.clone();
    let subjects = [Subject::Agent(node.clone()), Subject::Wallet(body.owner_account_id.clone())];
    let request = Request::new(operator.actor(), subjects);
    let done = control_plane.commands.run(request, |view| decide(&control_plane, view, &body)).await?;
    let token = Token::generate(TokenRole::Node, &mut chance::system());
    control_plane.access.tokens().give_to_node(&node, &token).await?;
    control_plane.show(Question::AgentDirectory, &done).await;
    let replaces_token = done.events.iter().any(|new| matches!(new.event, Event::NodeTokenRotated(_)));
    Ok(Json(NodeEnrolled { node_id: node, registration_token: token.expose().to_owned(), replaces_token }))
}

/// What a machine earns must have somewhere to go.
fn decide(control_plane: &ControlPlane, view: &View<'_>, body: &EnrollNode) -> Result<Vec<NewEvent>, Refusal> {
    if !view.wallet(&body.owner_account_id).is_open() {
        return Err(WalletRefusal::NoSuchAccount.into());
    }
    let EnrollNode { node_id: node, node_kind: kind, owner_account_id: owner } = body.clone();
    let (stream, before) = (StreamName::agent(&node), view.agent(&body.node_id));
    let command = AgentCommand::Enroll { node, kind, owner };
    let events = agent::decide(before, command, control_plane.commands.clock().now())?;
    Ok(NewEvent::all_in(&stream, events))
}
