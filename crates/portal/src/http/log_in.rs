//! `GET` and `POST /log-in`: somebody is here again.

use crate::{
    Portal,
    callers::Visitor,
    forms::Form,
    http::confirm::begin_session,
    page::{self, Shell, our_path},
    people::{address::EmailAddress, passkey_site::Place, throttle::Trial},
    providers::KnownProvider,
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::AccountId;
use edgecoder_service_kit::http::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Template)]
#[template(path = "log_in.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<&'a str>,
    email: &'a str,
    then: &'a str,
    passkeys: Place,
    providers: &'a [KnownProvider],
}

/// Where to go then.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A path of ours.
    #[serde(default)]
    then: String,
}

/// Shows the form; who is logged in goes on.
#[utoipa::path(
    get,
    path = "/log-in",
    operation_id = "log_in_page",
    tag = "pages",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a form"),
        (status = 303, description = "logged in already"),
    ),
)]
pub async fn form(State(portal): State<Portal>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    let then = our_path(&wanted.then);
    if visitor.is_logged_in() {
        return page::go(then, []);
    }
    log_in_page(&portal, &visitor, None, "", then)
}

/// The page that says why nobody was logged in.
pub fn with_error(portal: &Portal, visitor: &Visitor, error: impl AsRef<str>, then: &str) -> Response {
    log_in_page(portal, visitor, Some(error.as_ref()), "", then)
}

fn log_in_page(portal: &Portal, visitor: &Visitor, error: Option<&str>, email: &str, then: &str) -> Response {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut shell = Shell::of(visitor);
    // Where a form of the page failed, too: other colours lead back to the page.
    "/log-in".clone_into(&mut shell.place);
    let passkeys = portal.passkey_place(visitor);
    let page = Page { shell: &shell, error, email, then, passkeys, providers: &portal.providers };
    page::show(portal.cookies, status, &shell, &page)
}

/// Logs in. An address without an account is answered as a wrong password is, and as slowly.
#[utoipa::path(
    post,
    path = "/log-in",
    operation_id = "log_in",
    tag = "people",
    responses(
        (status = 303, description = "logged in, with a new session"),
        (status = 422, body = String, content_type = "text/html", description = "the form: they do not match"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn log_in(
    State(portal): State<Portal>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let (email, then) = (fields.text("email"), our_path(fields.text("then")));
    portal.throttle.admit(Trial::PasswordFrom, &visitor.neighbourhood, portal.commands.clock().steady())?;
    if let Some(account) = recognised(&portal, email, fields.text("password")).await? {
        return begin_session(&portal, &visitor, &account, then).await;
    }
    Ok(log_in_page(&portal, &visitor, Some(ENGLISH.not_matching), email, then))
}

/// Whose address and password these are.
async fn recognised(portal: &Portal, email: &str, password: &str) -> Result<Option<AccountId>, Problem> {
    let Some(address) = EmailAddress::parse(email) else {
        portal.passwords.is_of(None, password).await?;
        return Ok(None);
    };
    let mark = portal.marker.mark(&address);
    let counted_by = mark.to_string();
    portal.throttle.admit(Trial::PasswordFor, &counted_by, portal.commands.clock().steady())?;
    let account = portal.projections.people().by_email(mark).await?.map(|person| person.account);
    let is_right = portal.passwords.is_of(account.as_ref(), password).await?;
    if is_right {
        portal.throttle.forget(Trial::PasswordFor, &counted_by);
    }
    Ok(account.filter(|_| is_right))
}
