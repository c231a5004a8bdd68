//! `POST /credits/{accountId}/faucet`: credit for nothing, in development.

use super::balance_of;
use crate::ControlPlane;
use axum::extract::State;
use edgecoder_domain::wallet::{self, FAUCET_LIMIT_CREDITS, WalletCommand};
use edgecoder_events::{AccountId, MicroCredits, NewEvent, StreamName, credit::IssueReason};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    commands::{Request, Subject},
    http::{AskedOnce, Json, Path, Problem, Refusal},
};
use edgecoder_wire::{
    credits::{Balance, Faucet},
    problem::ProblemDetails,
};

/// Gives an account credit that nobody paid for. Refused outside of development. With an `Idempotency-Key`, a request that
/// is sent again gives nothing again.
#[utoipa::path(
    post,
    path = "/credits/{accountId}/faucet",
    operation_id = "give_credit",
    tag = "credits",
    security(("operator" = [])),
    params(
        ("accountId" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 64 visible ASCII characters"),
    ),
    request_body = Faucet,
    responses(
        (status = 200, body = Balance, description = "the balance after the gift"),
        (status = 400, body = ProblemDetails, description = "credits are out of bounds"),
        (status = 403, body = ProblemDetails, description = "faucet_disabled"),
        (status = 404, body = ProblemDetails, description = "account_not_found"),
        (status = 409, body = ProblemDetails, description = "idempotency_conflict: the key named another gift"),
    ),
)]
pub async fn faucet(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    asked_once: AskedOnce,
    Path(account): Path<AccountId>,
    Json(body): Json<Faucet>,
) -> Result<Json<Balance>, Problem> {
    if !control_plane.faucet_enabled {
        return Err(Problem::forbidden(
            "faucet_disabled",
            "the faucet is for development only: in production nobody is given credit, and none can be bought yet",
        ));
    }
    let amount = amount(body.credits)?;
    let key = asked_once.key_of(&operator.actor());
    let request = Request::new(operator.actor(), [Subject::Wallet(account.clone())]).once(key);
    let stream = StreamName::credits(&account);
    let done = control_plane
        .commands
        .run(request, |view| {
            let command = WalletCommand::Issue { account: account.clone(), amount, reason: IssueReason::Faucet };
            let events = wallet::decide(view.wallet(&account), command)?;
            Ok::<_, Refusal>(NewEvent::all_in(&stream, events))
        })
        .await?;
    control_plane.show(Question::CreditBalances, &done).await;
    balance_of(&control_plane, account).await.map(Json)
}

fn amount(credits: u64) -> Result<MicroCredits, Problem> {
    let bounds = || Problem::bad_field("credits", format!("expected 1 to {FAUCET_LIMIT_CREDITS} whole credits"));
    if credits == 0 || credits > FAUCET_LIMIT_CREDITS {
        return Err(bounds());
    }
    MicroCredits::from_credits(credits).map_err(|_| bounds())
}
