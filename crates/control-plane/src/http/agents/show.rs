//! `GET /agents/{id}`: what is known of this machine?

use crate::{ControlPlane, problems::no_such_agent};
use axum::extract::State;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Path, Problem},
    views,
};
use edgecoder_wire::{agents::AgentView, problem::ProblemDetails};

/// Shows one machine.
#[utoipa::path(
    get,
    path = "/agents/{id}",
    operation_id = "show_agent",
    tag = "agents",
    security(("operator" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = AgentView, description = "the agent"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
    ),
)]
pub async fn show(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Path(id): Path<AgentId>,
) -> Result<Json<AgentView>, Problem> {
    let now = control_plane.commands.clock().now();
    let entry = control_plane.projections.agent_directory(|agents| agents.get(&id));
    entry.and_then(|entry| views::agent(&entry, now)).map(Json).ok_or_else(no_such_agent)
}
