//! `GET /health`: does the service answer?

use crate::{AnchorService, purse::Trouble};
use axum::{extract::State, http::StatusCode};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{self, Json},
};
use edgecoder_wire::runtime::Health;

/// Says whether somebody is at the desk, sees the chain and can pay. 503 where something keeps anchors up.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "show_health",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Health, description = "it does its work"),
        (status = 503, body = Health, description = "it does not; problems say why"),
    ),
)]
pub async fn health(State(service): State<AnchorService>, _: Anyone) -> (StatusCode, Json<Health>) {
    let gone = service.orders.is_closed().then(|| "nobody is at the desk any more".to_owned());
    let mut problems: Vec<String> = gone.into_iter().collect();
    let troubles = service.purse.borrow().troubles.clone();
    for told in troubles.iter().filter_map(Trouble::in_public) {
        if !problems.iter().any(|it| it == told) {
            problems.push(told.to_owned());
        }
    }
    http::health("anchor", problems)
}
