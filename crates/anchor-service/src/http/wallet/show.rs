//! `GET /wallet`: where to pay to, what is there, what an anchor costs?

use crate::{AnchorService, answers};
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem},
};
use edgecoder_wire::{anchors::AnchorWalletView, problem::ProblemDetails};

/// Shows the wallet as of the last look at the chain, at once, however long the next one takes.
#[utoipa::path(
    get,
    path = "/wallet",
    operation_id = "show_wallet",
    tag = "wallet",
    security(("operator" = [])),
    responses(
        (status = 200, body = AnchorWalletView, description = "the wallet, the fee of an anchor today, and what keeps anchors up"),
        (status = 503, body = ProblemDetails, description = "anchor_wallet_trouble: its folder cannot be written"),
    ),
)]
pub async fn show(State(service): State<AnchorService>, _: Operator) -> Result<Json<AnchorWalletView>, Problem> {
    let purse = service.purse.borrow().clone();
    answers::wallet(purse, service.network, service.daily_cap_sat).map(Json)
}
