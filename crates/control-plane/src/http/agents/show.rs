//! `GET /agents/{id}`: what is known of this machine?

use crate::{ControlPlane, problems::no_such_agent, views};
use axum::extract::State;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{agents::AgentView, problem::ProblemDetails};

/// Shows one machine.
#[utoipa::path(get, path = "/agents/{id}", tag = "agents", params(("id" = String, Path)), responses(
    (status = 200, body = AgentView),
    (status = 404, body = ProblemDetails, description = "agent_not_found"),
))]
pub async fn show(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Path(id): Path<AgentId>,
) -> Result<Json<AgentView>, Problem> {
    let now = control_plane.commands.clock().now();
    let entry = control_plane.projections.agent_directory(|agents| agents.get(&id));
    let view = entry.as_ref().and_then(|entry| Some(views::agent(entry, entry.enrolment()?, now)));
    view.map(Json).ok_or_else(no_such_agent)
}
