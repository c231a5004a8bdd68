//! `GET /wallet`: where to pay to, what is there, what an anchor costs?

use crate::{AnchorService, desk_owner::Order, http::order};
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem},
};
use edgecoder_wire::{anchors::AnchorWalletView, problem::ProblemDetails};

/// Shows the wallet as of the last look at the chain.
#[utoipa::path(
    get,
    path = "/wallet",
    operation_id = "show_wallet",
    tag = "wallet",
    security(("operator" = [])),
    responses(
        (status = 200, body = AnchorWalletView, description = "the wallet, and the fee of an anchor today"),
        (status = 503, body = ProblemDetails, description = "anchor_trouble: the node does not answer"),
    ),
)]
pub async fn show(State(service): State<AnchorService>, _: Operator) -> Result<Json<AnchorWalletView>, Problem> {
    let wallet = order(&service, Order::Wallet).await?;
    Ok(Json(AnchorWalletView {
        network: service.network.to_string(),
        address: wallet.address,
        spendable_sat: wallet.balance.spendable_sat,
        incoming_sat: wallet.balance.incoming_sat,
        daily_cap_sat: service.daily_cap_sat,
        anchor_fee_sat: wallet.anchor_fee_sat,
    }))
}
