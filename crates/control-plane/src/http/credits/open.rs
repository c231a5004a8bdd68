//! `POST /credits/accounts`: somebody wants a wallet.

use crate::ControlPlane;
use axum::extract::State;
use edgecoder_domain::wallet::{self, WalletCommand};
use edgecoder_events::{NewEvent, StreamName};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    chance,
    commands::{Request, Subject},
    http::{Json, Problem, Query, Refusal},
};
use edgecoder_wire::{
    credits::{AccountOpened, OpenAccount},
    problem::ProblemDetails,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// What is wanted where the account is there already.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// Whether an account that is open already gets one more token; the tokens it has stay good.
    #[serde(default)]
    new_token: bool,
}

/// Opens an account and shows the token with which it submits and reads, this once.
#[utoipa::path(
    post,
    path = "/credits/accounts",
    operation_id = "open_account",
    tag = "credits",
    security(("operator" = [])),
    params(Wanted),
    request_body = OpenAccount,
    responses(
        (status = 200, body = AccountOpened, description = "open; the token is shown this once"),
        (status = 409, body = ProblemDetails, description = "account_exists: nothing was changed"),
    ),
)]
pub async fn open(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Query(wanted): Query<Wanted>,
    Json(OpenAccount { account_id: account }): Json<OpenAccount>,
) -> Result<Json<AccountOpened>, Problem> {
    let request = Request::new(operator.actor(), [Subject::Wallet(account.clone())]);
    let stream = StreamName::credits(&account);
    let done = control_plane
        .commands
        .run(request, |view| {
            let command = WalletCommand::Open { account: account.clone() };
            let events = wallet::decide(view.wallet(&account), command)?;
            Ok::<_, Refusal>(events.into_iter().map(|event| NewEvent { stream: stream.clone(), event }).collect())
        })
        .await?;
    if done.events.is_empty() && !wanted.new_token {
        let detail = "an account of this name is open already: ask with ?newToken=true for one more token";
        return Err(Problem::conflict("account_exists", detail));
    }
    let token = Token::generate(TokenRole::Account, &mut chance::system());
    control_plane.access.tokens().give_to_account(&account, &token).await?;
    control_plane.show(Question::CreditBalances, &done).await;
    Ok(Json(AccountOpened { account_id: account, token: token.expose().to_owned() }))
}
