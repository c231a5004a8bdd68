//! `/log-in/passkey`: somebody is here again, and shows a passkey instead of an address and a password.

use crate::{
    Portal,
    callers::Visitor,
    forms::Form,
    http::{account::passkeys::site, confirm::begin_session, failures::sentence, log_in},
    page::our_path,
    people::{
        passkeys::{self, KeptPasskey},
        throttle::Trial,
    },
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_events::AccountId;
use edgecoder_passkeys::{LogIn, LogInAnswer, RequestOptions};
use edgecoder_service_kit::{
    chance,
    http::{Json, Problem},
};

/// Asks the browser for any passkey of ours: it says nothing about who has one.
#[utoipa::path(
    post,
    path = "/log-in/passkey/begin",
    operation_id = "begin_passkey_log_in",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "application/json", description = "for parseRequestOptionsFromJSON"),
        (status = 409, description = "no_passkeys_here"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn begin(
    State(portal): State<Portal>,
    Form { caller: visitor, .. }: Form<Visitor>,
) -> Result<Json<RequestOptions>, Problem> {
    let now = portal.commands.clock().steady();
    portal.throttle.admit(Trial::SignInFrom, &visitor.neighbourhood, now)?;
    let (options, log_in) = site(&portal)?.site.begin_log_in(&mut chance::system(), portal.now());
    portal.logging_in.begin(visitor.token(), log_in, now)?;
    Ok(Json(options))
}

/// Logs in whoever holds the passkey.
#[utoipa::path(
    post,
    path = "/log-in/passkey",
    operation_id = "passkey_log_in",
    tag = "people",
    responses(
        (status = 303, description = "logged in, with a new session"),
        (status = 422, body = String, content_type = "text/html", description = "the form: not a passkey of anybody"),
    ),
)]
pub async fn log_in(
    State(portal): State<Portal>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let then = our_path(fields.text("then"));
    let begun = portal.logging_in.take(visitor.token(), portal.commands.clock().steady());
    let Some(begun) = begun else {
        return Ok(log_in::with_error(&portal, &visitor, ENGLISH.passkey_over, then));
    };
    match recognised(&portal, begun, fields.text("answer")).await? {
        Ok(account) => begin_session(&portal, &visitor, &account, then).await,
        Err(why) => Ok(log_in::with_error(&portal, &visitor, why, then)),
    }
}

/// Whose passkey answered, or what to tell whoever brought it.
async fn recognised(portal: &Portal, begun: LogIn, answer: &str) -> Result<Result<AccountId, String>, Problem> {
    let answer = match LogInAnswer::parse(answer.as_bytes()) {
        Ok(answer) => answer,
        Err(refusal) => return Ok(Err(sentence(&refusal.to_string()))),
    };
    let Some((mark, kept)) = passkeys::find(portal, answer.credential_id()).await? else {
        return Ok(Err(ENGLISH.passkey_unknown.to_owned()));
    };
    match site(portal)?.site.finish_log_in(begun, &answer, &kept.passkey, portal.now()) {
        Ok(logged_in) => {
            let account = kept.account.clone();
            portal.passkeys.keep(&mark, &KeptPasskey { passkey: logged_in.passkey, ..kept }).await?;
            Ok(Ok(account))
        }
        Err(refusal) => Ok(Err(sentence(&refusal.to_string()))),
    }
}
