//! `POST /credits/{accountId}/tokens/{tokenId}/revoke`: this one speaks for the account no longer.

use crate::{ControlPlane, http::credits::check_is_open};
use axum::{extract::State, http::StatusCode};
use edgecoder_events::AccountId;
use edgecoder_service_kit::{
    callers::Reader,
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

/// Revokes a token: it is refused from now on, also the one that this request is made with.
#[utoipa::path(
    post,
    path = "/credits/{accountId}/tokens/{tokenId}/revoke",
    operation_id = "revoke_account_token",
    tag = "tokens",
    security(("account" = []), ("operator" = [])),
    params(("accountId" = String, Path), ("tokenId" = String, Path)),
    responses(
        (status = 204, description = "revoked"),
        (status = 404, body = ProblemDetails, description = "account_not_found, token_not_found"),
    ),
)]
pub async fn revoke(
    State(control_plane): State<ControlPlane>,
    reader: Reader,
    Path((account, token)): Path<(AccountId, String)>,
) -> Result<StatusCode, Problem> {
    check_is_open(&control_plane, &reader, &account).await?;
    if !control_plane.access.tokens().revoke_account_token(&account, &token).await? {
        return Err(Problem::not_found("token_not_found", "the account has no token of this name, or no longer"));
    }
    tracing::info!(account.id = %account, token.id = %token, actor = reader.actor().as_str(), "a token was revoked");
    Ok(StatusCode::NO_CONTENT)
}
