//! `GET` and `POST /confirm`: a stranger follows the link in the mail, and becomes a person.

use crate::{
    Portal,
    callers::Visitor,
    cookies::Cookie,
    forms::Form,
    http::failures::Message,
    page::{self, Shell},
    people::{links::Purpose, profile::Profile, sessions::LONGEST_MS, sign_up, throttle::Trial},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::AccountId;
use edgecoder_identity::{Token, TokenRole};
use edgecoder_service_kit::http::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

const MS_PER_S: u64 = 1_000;

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<&'static str>,
    email: &'a str,
    token: &'a str,
    needs_password: bool,
}

/// What stands in a link.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Link {
    /// `ec_mail_…`.
    #[serde(default)]
    pub token: String,
}

/// Shows what following the link would do: reading a mail, as scanners do, does nothing.
#[utoipa::path(
    get,
    path = "/confirm",
    operation_id = "confirm_page",
    tag = "pages",
    params(Link),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a form with one button"),
        (status = 410, body = String, content_type = "text/html", description = "the link is over"),
    ),
)]
pub async fn form(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let shell = Shell::of(&visitor);
    let Some(Purpose::SignUp { email, visit, .. }) = purpose(&portal, &link.token).await? else {
        return Ok(link_over(&portal, shell));
    };
    let needs_password = is_another_browser(&visitor, &visit);
    let page = Page { shell: &shell, error: None, email: &email, token: &link.token, needs_password };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// Opens the account and logs in. From another browser than the one that signed up, the password is asked for: an account
/// that somebody else prepared for this address is not taken over by a click.
#[utoipa::path(
    post,
    path = "/confirm",
    operation_id = "confirm",
    tag = "people",
    responses(
        (status = 303, description = "logged in"),
        (status = 410, body = String, content_type = "text/html", description = "the link is over"),
        (status = 422, body = String, content_type = "text/html", description = "another password was chosen"),
    ),
)]
pub async fn confirm(
    State(portal): State<Portal>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let (shell, token) = (Shell::of(&visitor), fields.text("token"));
    let Some(Purpose::SignUp { email, name, password, visit }) = purpose(&portal, token).await? else {
        return Ok(link_over(&portal, shell));
    };
    if is_another_browser(&visitor, &visit) {
        portal.throttle.admit(Trial::PasswordFor, token, portal.commands.clock().steady())?;
        if !portal.passwords.matches(fields.text("password"), &password).await? {
            let error = Some(ENGLISH.confirm_wrong_password);
            let page = Page { shell: &shell, error, email: &email, token, needs_password: true };
            return Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page));
        }
    }
    let account = sign_up::record(&portal, &Profile { email, name }, Some(&password)).await?;
    use_up(&portal, token).await?;
    match account {
        Some(account) => begin_session(&portal, &visitor, &account, "/dashboard").await,
        None => Ok(link_over(&portal, shell)),
    }
}

fn is_another_browser(visitor: &Visitor, visit: &str) -> bool {
    visitor.token().hash().to_hex() != visit
}

/// What a link is for, where it is good.
pub async fn purpose(portal: &Portal, token: &str) -> Result<Option<Purpose>, Problem> {
    let token = token.parse().ok().filter(|token: &Token| token.role() == TokenRole::Mail);
    match token {
        Some(token) => Ok(portal.links.find(&token.hash(), portal.now()).await?),
        None => Ok(None),
    }
}

/// Whether the link was good until now; it is not from now on.
pub async fn use_up(portal: &Portal, token: &str) -> Result<bool, Problem> {
    match token.parse::<Token>() {
        Ok(token) => Ok(portal.links.use_up(&token.hash()).await?),
        Err(_) => Ok(false),
    }
}

/// Logs in: whatever the browser had before, it has a new token now.
pub async fn begin_session(
    portal: &Portal,
    visitor: &Visitor,
    account: &AccountId,
    then: &str,
) -> Result<Response, Problem> {
    if let Some(before) = visitor.session() {
        portal.sessions.end(before).await?;
    }
    let token = portal.sessions.begin(account, &visitor.device, portal.now()).await?;
    tracing::info!(account.id = %account, "somebody logged in");
    let session = portal.cookies.keep(Cookie::Session, token.expose(), LONGEST_MS / MS_PER_S);
    Ok(page::go(then, [session, portal.cookies.keep(Cookie::Visit, "", 0)]))
}

/// What the follower of a link sees that is good for nothing.
pub fn link_over(portal: &Portal, shell: Shell) -> Response {
    let page = Message {
        shell,
        heading: ENGLISH.link_over_title,
        text: ENGLISH.link_over_text.to_owned(),
        id: None,
        next: "/log-in",
        next_label: ENGLISH.log_in,
    };
    page::show(portal.cookies, StatusCode::GONE, &page.shell, &page)
}
