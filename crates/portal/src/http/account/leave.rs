//! `POST /account/leave`: forget me.

use super::{record, show::with_error, themselves::not_themselves};
use crate::{
    Portal,
    callers::Person,
    cookies::Cookie,
    forms::Form,
    http::failures::Message,
    page::{self, Shell},
    text::ENGLISH,
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use edgecoder_domain::{person::PersonCommand, wallet::Wallet};
use edgecoder_service_kit::{commands::Subject, http::Problem};
use edgecoder_store::DestroyKeyError;

/// What the log says of the reason.
const REASON: &str = "the person left";

/// Erases whoever is logged in: the key of all that is theirs is destroyed, and so are password and sessions.
#[utoipa::path(
    post,
    path = "/account/leave",
    operation_id = "leave",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "gone for ever"),
        (status = 303, description = "log in first"),
        (status = 422, description = "not the present password, or tasks that have not ended"),
    ),
)]
pub async fn leave(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let account = person.account();
    if let Some(error) = not_themselves(&portal, &person, fields.text("password")).await? {
        return with_error(&portal, &person, error).await;
    }
    let wallet = [Subject::Wallet(account.clone())];
    if portal.commands.look(&wallet, |view| Wallet::pays_for_tasks(view.wallet(account))).await? {
        return with_error(&portal, &person, ENGLISH.leave_open).await;
    }
    // Whoever is interrupted is still logged in, and asks again: each step may be done twice.
    let keys = portal.commands.store().subject_keys();
    keys.destroy(account.as_str(), REASON, person.actor()).await.map_err(not_destroyed)?;
    record(&portal, &person, PersonCommand::Erase { account: account.clone() }, None).await?;
    portal.passwords.forget(account).await?;
    portal.passkeys.forget_all(account).await?;
    portal.identities.forget_all(account).await?;
    portal.links.forget_of(account).await?;
    portal.sessions.end_all(account, portal.now()).await?;
    tracing::info!(account.id = %account, "somebody left");
    Ok(good_bye(&portal, &person))
}

fn good_bye(portal: &Portal, person: &Person) -> Response {
    let page = Message {
        shell: Shell::bare(person.visitor.theme),
        heading: ENGLISH.left_title,
        text: ENGLISH.left_text.to_owned(),
        id: None,
        next: "/",
        next_label: ENGLISH.back_to_start,
    };
    let mut answer = page::show(portal.cookies, StatusCode::OK, &page.shell, &page);
    answer.headers_mut().append(header::SET_COOKIE, portal.cookies.keep(Cookie::Session, "", 0));
    answer
}

fn not_destroyed(error: DestroyKeyError) -> Problem {
    match error {
        DestroyKeyError::Storage(error) => error.into(),
        DestroyKeyError::Append(error) => error.into(),
    }
}
