//! `GET /credits/{accountId}/tokens`: who can speak for this account?

use crate::{ControlPlane, http::credits::check_is_open};
use axum::extract::State;
use edgecoder_events::AccountId;
use edgecoder_service_kit::{
    callers::Reader,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{
    credits::{AccountToken, AccountTokens},
    problem::ProblemDetails,
};

/// Lists the tokens of an account, the newest first; never the tokens themselves. Other people's accounts look like none.
#[utoipa::path(
    get,
    path = "/credits/{accountId}/tokens",
    operation_id = "list_account_tokens",
    tag = "tokens",
    security(("account" = []), ("operator" = [])),
    params(("accountId" = String, Path)),
    responses(
        (status = 200, body = AccountTokens, description = "all of them: there are at most 64"),
        (status = 404, body = ProblemDetails, description = "account_not_found"),
    ),
)]
pub async fn list(
    State(control_plane): State<ControlPlane>,
    reader: Reader,
    Path(account): Path<AccountId>,
) -> Result<Json<AccountTokens>, Problem> {
    check_is_open(&control_plane, &reader, &account).await?;
    let tokens = control_plane.access.tokens().tokens_of_account(&account).await?;
    let tokens = tokens.into_iter().map(|it| AccountToken { token_id: it.id, given_at_ms: it.given_at }).collect();
    Ok(Json(AccountTokens { account_id: account, tokens }))
}
