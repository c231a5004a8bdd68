//! `GET /credits/totals`: how much credit is there, and do the books balance?

use super::position_seen;
use crate::ControlPlane;
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem},
};
use edgecoder_wire::credits::CreditTotals;

/// Sums every account. What was issued is available or reserved; a difference means that the projection is broken.
#[utoipa::path(
    get,
    path = "/credits/totals",
    operation_id = "show_credit_totals",
    tag = "credits",
    security(("operator" = [])),
    responses(
        (status = 200, body = CreditTotals, description = "the sums over all accounts"),
    ),
)]
pub async fn totals(State(control_plane): State<ControlPlane>, _: Operator) -> Result<Json<CreditTotals>, Problem> {
    // Asked before the sums: they may be newer than this position, never older.
    let position = position_seen(&control_plane);
    let trial = control_plane.projections.credit_balances().trial_balance().await?;
    Ok(Json(CreditTotals {
        issued_micro_credits: trial.issuance.unsigned_abs(),
        available_micro_credits: trial.available,
        reserved_micro_credits: trial.reserved,
        balanced: trial.sum() == 0 && trial.clearing == 0,
        position,
    }))
}
