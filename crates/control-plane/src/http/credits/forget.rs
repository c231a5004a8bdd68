//! `POST /credits/{accountId}/forget`: what was sealed for this account must open for nobody any more.

use crate::{ControlPlane, problems::no_such_account};
use axum::extract::State;
use edgecoder_domain::wallet::Wallet;
use edgecoder_events::AccountId;
use edgecoder_service_kit::{
    callers::Operator,
    commands::Subject,
    http::{Json, Path, Problem, check_text},
};
use edgecoder_store::DestroyKeyError;
use edgecoder_wire::{
    credits::{AccountForgotten, ForgetAccount},
    problem::ProblemDetails,
};

const MAX_REASON_CHARS: usize = 200;

/// Destroys the key of an account's prompts, code and outputs. Its name, its credit and its tokens stay, and so does every
/// proof of the log; what it submits later is sealed with a new key.
#[utoipa::path(
    post,
    path = "/credits/{accountId}/forget",
    operation_id = "forget_account",
    tag = "credits",
    security(("operator" = [])),
    params(("accountId" = String, Path)),
    request_body = ForgetAccount,
    responses(
        (status = 200, body = AccountForgotten, description = "forgotten, and recorded"),
        (status = 404, body = ProblemDetails, description = "account_not_found"),
        (status = 409, body = ProblemDetails, description = "tasks_open: cancel them first"),
    ),
)]
pub async fn forget(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Path(account): Path<AccountId>,
    Json(body): Json<ForgetAccount>,
) -> Result<Json<AccountForgotten>, Problem> {
    if body.confirm != account {
        return Err(Problem::bad_field("confirm", "say the name of the account once more: this can not be undone"));
    }
    check_text("reason", &body.reason, MAX_REASON_CHARS)?;
    check_is_idle(&control_plane, &account).await?;
    let keys = control_plane.commands.store().subject_keys();
    let receipt = keys.destroy(account.as_str(), &body.reason, operator.actor()).await.map_err(not_destroyed)?;
    tracing::info!(account.id = %account, actor = operator.actor().as_str(), "an account was forgotten");
    Ok(Json(AccountForgotten { account_id: account, position: receipt.map(|receipt| receipt.first.0) }))
}

/// Refuses accounts whose tasks still need what is sealed. An open task always holds credit: it is given back when it ends.
async fn check_is_idle(control_plane: &ControlPlane, account: &AccountId) -> Result<(), Problem> {
    let subject = [Subject::Wallet(account.clone())];
    let standing = |wallet: &Wallet| (wallet.is_open(), wallet.pays_for_tasks());
    match control_plane.commands.look(&subject, |view| standing(view.wallet(account))).await? {
        (false, _) => Err(no_such_account()),
        (true, true) => Err(Problem::conflict("tasks_open", "tasks of this account are not ended: cancel them first")),
        (true, false) => Ok(()),
    }
}

fn not_destroyed(error: DestroyKeyError) -> Problem {
    match error {
        DestroyKeyError::Storage(error) => error.into(),
        DestroyKeyError::Append(error) => error.into(),
    }
}
