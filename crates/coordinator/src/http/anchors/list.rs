//! `GET /anchors`: which checkpoints were dated, newest first?

use crate::{Coordinator, anchors, views};
use axum::extract::State;
use edgecoder_events::Position;
use edgecoder_projections::PageRequest;
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Json, Problem, Query},
};
use edgecoder_wire::anchors::AnchorPage;
use serde::Deserialize;
use utoipa::IntoParams;

const DEFAULT_LIMIT: usize = 50;

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// At most 500; 50 where there is none.
    limit: Option<usize>,
    /// `next` of the page before.
    before: Option<u64>,
}

/// Lists the anchors with their states, newest first.
#[utoipa::path(
    get,
    path = "/anchors",
    operation_id = "list_anchors",
    tag = "anchors",
    security(()),
    params(Wanted),
    responses(
        (status = 200, body = AnchorPage, description = "a page of anchors, newest first"),
    ),
)]
pub async fn list(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AnchorPage>, Problem> {
    let page = PageRequest::new(wanted.before.map(Position), wanted.limit.unwrap_or(DEFAULT_LIMIT));
    anchors::newest_list(&coordinator).await;
    let page = coordinator.projections.anchors().list(&page).await?;
    Ok(Json(AnchorPage {
        anchors: page.items.into_iter().map(views::anchor).collect(),
        next: page.next.map(|position| position.0.to_string()),
    }))
}
