//! `POST /account/password`: another one from now on.

use super::{record, show::with_error, themselves::knows_password};
use crate::{
    Portal,
    callers::Person,
    cookies::Cookie,
    forms::Form,
    mail::written,
    page,
    people::{passwords, sessions::LONGEST_MS},
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::person::PersonCommand;
use edgecoder_service_kit::http::Problem;

const MS_PER_S: u64 = 1_000;

/// Changes the password of whoever knows the present one. Every session ends, and this browser gets a new one.
#[utoipa::path(
    post,
    path = "/account/password",
    operation_id = "change_password",
    tag = "people",
    responses(
        (status = 303, description = "done, or log in first"),
        (status = 422, description = "not the present password, or not a good one"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn change(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let (account, password) = (person.account(), fields.text("password"));
    if !passwords::is_good(password) {
        return with_error(&portal, &person, ENGLISH.password_wrong).await;
    }
    if !knows_password(&portal, &person, fields.text("current")).await? {
        return with_error(&portal, &person, ENGLISH.wrong_current).await;
    }
    let hash = portal.passwords.hash(password).await?;
    record(&portal, &person, PersonCommand::ChangePassword { account: account.clone() }, None).await?;
    portal.passwords.keep(account, &hash).await?;
    portal.sessions.end_all(account, portal.now()).await?;
    portal.links.forget_of(account).await?;
    let mail = written::password_changed(&person.profile.email, &format!("{}/reset", portal.public_url));
    portal.mailbox.post(mail);
    let token = portal.sessions.begin(account, &person.visitor.device, portal.now()).await?;
    let session = portal.cookies.keep(Cookie::Session, token.expose(), LONGEST_MS / MS_PER_S);
    Ok(page::go("/account?done=password", [session]))
}
