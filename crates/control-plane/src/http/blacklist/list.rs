//! `GET /security/blacklist`: who is shut out now?

use crate::{ControlPlane, http::DEFAULT_LIMIT, views};
use axum::extract::State;
use edgecoder_events::{AgentId, Position};
use edgecoder_projections::{PageRequest, ProjectionError, blacklist::Blacklist};
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem, Query},
};
use edgecoder_wire::nodes::BlacklistPage;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `next` of the page before.
    before: Option<u64>,
    /// At most 500; 50 where there is none.
    limit: Option<usize>,
}

/// Lists the machines that are shut out now by name, each with the report that shut it out.
#[utoipa::path(
    get,
    path = "/security/blacklist",
    operation_id = "list_blacklist",
    tag = "blacklist",
    security(("operator" = [])),
    params(Wanted),
    responses(
        (status = 200, body = BlacklistPage, description = "a page of reports, newest first"),
    ),
)]
pub async fn list(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Query(wanted): Query<Wanted>,
) -> Result<Json<BlacklistPage>, Problem> {
    let (now, blacklist) = (control_plane.commands.clock().now(), control_plane.projections.blacklist());
    let after = match wanted.before {
        Some(position) => accused_at(blacklist, position).await?,
        None => None,
    };
    let page = PageRequest::new(after, wanted.limit.unwrap_or(DEFAULT_LIMIT));
    let page = blacklist.list(now, &page).await?;
    let more = page.next.is_some();
    let records: Vec<_> = page.items.into_iter().filter_map(|entry| views::report(entry, None)).collect();
    let next = records.last().filter(|_| more).map(|last| last.position);
    Ok(Json(BlacklistPage { records, next }))
}

/// The machine that the page before ended with: a report's position is its cursor, the list goes by names.
async fn accused_at(blacklist: &Blacklist, position: u64) -> Result<Option<AgentId>, ProjectionError> {
    let step = PageRequest::new(Some(Position(position.saturating_add(1))), 1);
    let page = blacklist.history(None, &step).await?;
    Ok(page.items.into_iter().next().map(|entry| entry.agent))
}
