//! `GET /credits/{accountId}/history`: how did it come and go?

use super::check_is_open;
use crate::{ControlPlane, http::DEFAULT_LIMIT, views};
use axum::extract::State;
use edgecoder_events::{AccountId, Position};
use edgecoder_projections::{
    MAX_PAGE_ITEMS, PageRequest,
    credit_balances::{self, MovementCursor},
};
use edgecoder_service_kit::{
    callers::Reader,
    http::{Json, Path, Problem, Query},
};
use edgecoder_wire::{credits::History, problem::ProblemDetails};
use serde::Deserialize;
use utoipa::IntoParams;

/// The books have a line for each part of a wallet that an event moved: what can be spent, and what is set aside.
const LINES_PER_MOVEMENT: usize = 2;
const MAX_LIMIT: usize = MAX_PAGE_ITEMS / LINES_PER_MOVEMENT;

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `next` of the page before.
    before: Option<u64>,
    /// At most 250; 50 where there is none.
    limit: Option<usize>,
}

/// Lists what changed an account's credit, newest first. Other people's accounts look like none.
#[utoipa::path(
    get,
    path = "/credits/{accountId}/history",
    operation_id = "list_movements",
    tag = "credits",
    security(("account" = []), ("operator" = [])),
    params(("accountId" = String, Path), Wanted),
    responses(
        (status = 200, body = History, description = "a page of movements, newest first"),
        (status = 404, body = ProblemDetails, description = "account_not_found"),
    ),
)]
pub async fn history(
    State(control_plane): State<ControlPlane>,
    reader: Reader,
    Path(account): Path<AccountId>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<History>, Problem> {
    check_is_open(&control_plane, &reader, &account).await?;
    let books = control_plane.projections.credit_balances();
    let limit = wanted.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    // Everything before a position, whichever part of the wallet: no part's name sorts before the empty one.
    let before = wanted.before.map(|at| MovementCursor { position: Position(at), part: String::new() });
    let page = books.history(&account, &PageRequest::new(before, limit * LINES_PER_MOVEMENT)).await?;
    Ok(Json(history_of(&page.items, limit, page.next.is_some())))
}

/// The first `limit` movements of lines that hold that many whole ones, unless the list ends with them.
fn history_of(lines: &[credit_balances::Movement], limit: usize, more_lines: bool) -> History {
    let mut events = lines.chunk_by(|one, next| one.position == next.position);
    let movements: Vec<_> = events.by_ref().take(limit).filter_map(views::movement).collect();
    let more = more_lines || events.next().is_some();
    let next = movements.last().filter(|_| more).map(|last| last.position);
    History { movements, next }
}
