//! `POST /agents/{id}/approval`: may this machine take part?

use super::MAX_REASON_CHARS;
use crate::{ControlPlane, problems::of_named_agent};
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Path, Problem, check_text},
};
use edgecoder_wire::{nodes::Approval, problem::ProblemDetails};

/// Lets a machine take part, or refuses it with a reason. Saying the same again changes nothing.
#[utoipa::path(
    post,
    path = "/agents/{id}/approval",
    operation_id = "decide_on_agent",
    tag = "agents",
    security(("operator" = [])),
    params(("id" = String, Path)),
    request_body = Approval,
    responses(
        (status = 204, description = "so it is"),
        (status = 400, body = ProblemDetails, description = "a refusal needs a reason"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
    ),
)]
pub async fn decide(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Path(id): Path<AgentId>,
    Json(body): Json<Approval>,
) -> Result<StatusCode, Problem> {
    let command = if body.approved {
        AgentCommand::Approve
    } else {
        let reason = body.reason.unwrap_or_default();
        check_text("reason", &reason, MAX_REASON_CHARS)?;
        AgentCommand::Reject { reason }
    };
    control_plane.agent_command(&operator, &id, command).await.map_err(of_named_agent)?;
    Ok(StatusCode::NO_CONTENT)
}
