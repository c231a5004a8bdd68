//! `/agent/diagnostics`: a machine's diary, for those who wonder what ails it.

use crate::Coordinator;
use axum::extract::State;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::{Operator, Signed},
    http::{Json, Path, Problem},
};
use edgecoder_wire::{
    agents::{Diagnostics, DiagnosticsStored, DiagnosticsView},
    problem::ProblemDetails,
};

const MAX_LINES: usize = 40;
const MAX_CHARS: usize = 500;

/// Takes in lines of a machine's diary.
#[utoipa::path(
    post,
    path = "/agent/diagnostics",
    operation_id = "store_diagnostics",
    tag = "agents",
    security(("agent" = [])),
    request_body = Diagnostics,
    responses(
        (status = 200, body = DiagnosticsStored, description = "stored"),
    ),
)]
pub async fn store(
    State(coordinator): State<Coordinator>,
    signed: Signed<Diagnostics>,
) -> Result<Json<DiagnosticsStored>, Problem> {
    let lines = signed.body.events;
    if lines.len() > MAX_LINES || lines.iter().any(|line| line.message.chars().count() > MAX_CHARS) {
        let expected = format!("expected at most {MAX_LINES} lines of at most {MAX_CHARS} characters");
        return Err(Problem::bad_field("events", expected));
    }
    let stored = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    coordinator.diagnostics.add(&signed.agent, lines);
    Ok(Json(DiagnosticsStored { ok: true, stored }))
}

/// Reads a machine's diary, newest first, and whether it rests.
#[utoipa::path(
    get,
    path = "/agent/diagnostics/{agentId}",
    operation_id = "show_diagnostics",
    tag = "agents",
    security(("operator" = [])),
    params(("agentId" = String, Path)),
    responses(
        (status = 200, body = DiagnosticsView, description = "the newest lines"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
    ),
)]
pub async fn read(
    State(coordinator): State<Coordinator>,
    _: Operator,
    Path(agent): Path<AgentId>,
) -> Result<Json<DiagnosticsView>, Problem> {
    let entry = coordinator.projections.agent_directory(|agents| agents.get(&agent));
    if entry.is_none_or(|entry| entry.enrolment().is_none()) {
        return Err(Problem::not_found("agent_not_found", "there is no enrolled node of this name"));
    }
    let events = coordinator.diagnostics.newest_first(&agent);
    Ok(Json(DiagnosticsView { resting: coordinator.resting(&agent), agent_id: agent, events }))
}
