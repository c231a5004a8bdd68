//! `GET /audit/entries/{position}`: what does one entry say?

use crate::{Coordinator, audit::entry_view};
use axum::extract::State;
use edgecoder_events::Position;
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{audit::AuditEntry, problem::ProblemDetails};

/// Every field of an entry by its name. It proves nothing: `GET /receipt/{position}` does.
#[utoipa::path(
    get,
    path = "/audit/entries/{position}",
    operation_id = "show_entry",
    tag = "audit",
    security(()),
    params(("position" = u64, Path, description = "the entry's place in the log")),
    responses(
        (status = 200, body = AuditEntry, description = "the fields"),
        (status = 404, body = ProblemDetails, description = "no_such_entry"),
    ),
)]
pub async fn entry(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Path(position): Path<u64>,
) -> Result<Json<AuditEntry>, Problem> {
    let stored = coordinator.store.entry(Position(position)).await?;
    let none = || Problem::not_found("no_such_entry", "the log has no entry of this position");
    Ok(Json(entry_view(&stored.ok_or_else(none)?)?))
}
