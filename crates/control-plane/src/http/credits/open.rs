//! `POST /credits/accounts`: somebody wants a wallet.

use crate::ControlPlane;
use axum::extract::State;
use edgecoder_domain::wallet::{self, WalletCommand};
use edgecoder_events::{AccountId, NewEvent, StreamName};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::{MAX_ACCOUNT_TOKENS, Operator, account_token_id},
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
        (status = 409, body = ProblemDetails, description = "account_exists, too_many_tokens: nothing was changed"),
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
            Ok::<_, Refusal>(NewEvent::all_in(&stream, events))
        })
        .await?;
    if done.events.is_empty() && !wanted.new_token {
        let detail = "an account of this name is open already";
        return Err(Problem::conflict("account_exists", detail));
    }
    let opened = new_token(&control_plane, account).await?;
    control_plane.show(Question::CreditBalances, &done).await;
    Ok(Json(opened))
}

/// One more token that speaks for an account.
async fn new_token(control_plane: &ControlPlane, account: AccountId) -> Result<AccountOpened, Problem> {
    let book = control_plane.access.tokens();
    if book.tokens_of_account(&account).await?.len() >= MAX_ACCOUNT_TOKENS {
        let detail = format!("an account has at most {MAX_ACCOUNT_TOKENS} tokens: revoke one that nobody uses");
        return Err(Problem::conflict("too_many_tokens", detail));
    }
    let token = Token::generate(TokenRole::Account, &mut chance::system());
    book.give_to_account(&account, &token, control_plane.commands.clock().now()).await?;
    let token_id = account_token_id(&token.hash());
    Ok(AccountOpened { account_id: account, token_id, token: token.expose().to_owned() })
}
