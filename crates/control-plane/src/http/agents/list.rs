//! `GET /agents`: which machines work for the swarm, or could?

use crate::{
    ControlPlane,
    http::{DEFAULT_LIMIT, nodes},
};
use axum::extract::State;
use edgecoder_events::{AgentId, node::NodeKind};
use edgecoder_projections::{PageRequest, agent_directory::NodeFilter};
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Query},
};
use edgecoder_wire::agents::AgentPage;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<AgentId>,
    /// At most 500; 50 where there is none.
    limit: Option<usize>,
}

/// Lists agents by name; coordinators are only among the nodes.
#[utoipa::path(
    get,
    path = "/agents",
    operation_id = "list_agents",
    tag = "agents",
    security(("operator" = [])),
    params(Wanted),
    responses(
        (status = 200, body = AgentPage, description = "a page of agents, by name"),
    ),
)]
pub async fn list(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Query(wanted): Query<Wanted>,
) -> Json<AgentPage> {
    let filter = NodeFilter { kind: Some(NodeKind::Agent), ..NodeFilter::default() };
    let page = PageRequest::new(wanted.after, wanted.limit.unwrap_or(DEFAULT_LIMIT));
    Json(nodes::page(&control_plane, &filter, &page))
}
