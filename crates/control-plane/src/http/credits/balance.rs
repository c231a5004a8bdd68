//! `GET /credits/{accountId}/balance`: how much is there?

use super::balance_of;
use crate::{ControlPlane, problems::no_such_account};
use axum::extract::State;
use edgecoder_events::AccountId;
use edgecoder_service_kit::{
    callers::Reader,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{credits::Balance, problem::ProblemDetails};

/// Tells what an account can spend and what it has set aside for tasks. Other people's accounts look like none.
#[utoipa::path(
    get,
    path = "/credits/{accountId}/balance",
    operation_id = "show_balance",
    tag = "credits",
    security(("account" = []), ("operator" = [])),
    params(("accountId" = String, Path)),
    responses(
        (status = 200, body = Balance, description = "what can be spent, and what is set aside"),
        (status = 404, body = ProblemDetails, description = "account_not_found"),
    ),
)]
pub async fn balance(
    State(control_plane): State<ControlPlane>,
    reader: Reader,
    Path(account): Path<AccountId>,
) -> Result<Json<Balance>, Problem> {
    if !reader.may_read(&account) {
        return Err(no_such_account());
    }
    balance_of(&control_plane, account).await.map(Json)
}
