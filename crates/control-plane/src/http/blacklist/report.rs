//! `POST /security/blacklist`: somebody has evidence against a machine.

use crate::{ControlPlane, problems::of_named_agent};
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    evidence,
    http::{Json, Problem},
};
use edgecoder_wire::{nodes::BlacklistReport, problem::ProblemDetails};

/// Shuts a machine out on signed evidence. Reporting one that is shut out changes nothing.
#[utoipa::path(
    post,
    path = "/security/blacklist",
    operation_id = "report_agent",
    tag = "blacklist",
    security(("operator" = [])),
    request_body = BlacklistReport,
    responses(
        (status = 204, description = "it is shut out"),
        (status = 400, body = ProblemDetails, description = "a field is wrong, or was not what the reporter signed"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
        (status = 409, body = ProblemDetails, description = "agent_already_blacklisted: by another report"),
    ),
)]
pub async fn report(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Json(body): Json<BlacklistReport>,
) -> Result<StatusCode, Problem> {
    let report = evidence::checked(body, &control_plane.projections, control_plane.commands.clock().now())?;
    let (agent, command) = (report.agent.clone(), AgentCommand::Blacklist(Box::new(report)));
    let done = control_plane.agent_command(&operator, &agent, command).await.map_err(of_named_agent)?;
    control_plane.show(Question::Blacklist, &done).await;
    Ok(StatusCode::NO_CONTENT)
}
