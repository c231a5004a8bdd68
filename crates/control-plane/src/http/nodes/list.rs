//! `GET /nodes`: who was enrolled, and who waits for a decision?

use crate::{ControlPlane, http::DEFAULT_LIMIT, views};
use axum::extract::State;
use edgecoder_events::AgentId;
use edgecoder_projections::{PageRequest, agent_directory::NodeFilter};
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Query},
};
use edgecoder_wire::agents::{AgentPage, NodeStanding};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which machines are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// Only machines of which operators said this.
    #[param(inline)]
    standing: Option<NodeStanding>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<AgentId>,
    /// At most 500; 50 where there is none.
    limit: Option<usize>,
}

/// Lists agents and coordinators by name.
#[utoipa::path(
    get,
    path = "/nodes",
    operation_id = "list_nodes",
    tag = "nodes",
    security(("operator" = [])),
    params(Wanted),
    responses(
        (status = 200, body = AgentPage, description = "a page of nodes, by name"),
    ),
)]
pub async fn list(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Query(wanted): Query<Wanted>,
) -> Json<AgentPage> {
    let filter = NodeFilter { standing: wanted.standing.map(views::standing), ..NodeFilter::default() };
    let page = PageRequest::new(wanted.after, wanted.limit.unwrap_or(DEFAULT_LIMIT));
    Json(super::page(&control_plane, &filter, &page))
}
