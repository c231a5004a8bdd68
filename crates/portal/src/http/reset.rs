//! `/reset` and `/reset/password`: somebody forgot the password.

use crate::{
    Portal,
    callers::Visitor,
    forms::Form,
    http::{
        confirm::{Link, begin_session, link_over, purpose, use_up},
        sign_up::mail_sent,
    },
    mail::written,
    page::{self, Shell},
    people::{address::EmailAddress, links::Purpose, passwords, record::record, throttle::Trial},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_domain::person::PersonCommand;
use edgecoder_service_kit::http::{Problem, Query};

#[derive(Template)]
#[template(path = "reset.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<&'static str>,
    email: &'a str,
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct PasswordPage<'a> {
    shell: &'a Shell,
    error: Option<&'static str>,
    token: &'a str,
}

/// Shows the form for an address.
#[utoipa::path(
    get,
    path = "/reset",
    operation_id = "reset_page",
    tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "a form")),
)]
pub async fn form(State(portal): State<Portal>, visitor: Visitor) -> Response {
    let shell = Shell::of(&visitor);
    let error = (!portal.mailbox.is_open()).then_some(ENGLISH.mail_closed);
    page::show(portal.cookies, StatusCode::OK, &shell, &Page { shell: &shell, error, email: "" })
}

/// Sends a link to an address that has an account. The answer is the same where it has none.
#[utoipa::path(
    post,
    path = "/reset",
    operation_id = "reset",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "look at your mail"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn ask(
    State(portal): State<Portal>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let (shell, typed) = (Shell::of(&visitor), fields.text("email"));
    let address = EmailAddress::parse(typed).filter(|_| portal.mailbox.is_open());
    let Some(address) = address else {
        let error = if portal.mailbox.is_open() { ENGLISH.email_wrong } else { ENGLISH.mail_closed };
        let page = Page { shell: &shell, error: Some(error), email: typed };
        return Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page));
    };
    portal.throttle.admit(Trial::MailFrom, &visitor.neighbourhood, portal.commands.clock().steady())?;
    send_link(&portal, &address).await?;
    Ok(mail_sent(&portal, shell))
}

async fn send_link(portal: &Portal, address: &EmailAddress) -> Result<(), Problem> {
    let mark = portal.marker.mark(address);
    let person = portal.projections.people().by_email(mark).await?;
    let may = portal.throttle.admit(Trial::MailTo, &mark.to_string(), portal.commands.clock().steady()).is_ok();
    let Some(person) = person.filter(|_| may) else { return portal.links.pretend(portal.now()).await };
    let token = portal.links.make(Purpose::Reset { account: person.account }, portal.now()).await?;
    let link = format!("{}/reset/password?token={}", portal.public_url, token.expose());
    portal.mailbox.post(written::reset(address.as_str(), &link));
    Ok(())
}

/// Shows the form for a new password.
#[utoipa::path(
    get,
    path = "/reset/password",
    operation_id = "new_password_page",
    tag = "pages",
    params(Link),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a form"),
        (status = 410, body = String, content_type = "text/html", description = "the link is over"),
    ),
)]
pub async fn password_form(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let shell = Shell::of(&visitor);
    let Some(Purpose::Reset { .. }) = purpose(&portal, &link.token).await? else {
        return Ok(link_over(&portal, shell));
    };
    let page = PasswordPage { shell: &shell, error: None, token: &link.token };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// Sets the password, ends every session and logs in.
#[utoipa::path(
    post,
    path = "/reset/password",
    operation_id = "set_new_password",
    tag = "people",
    responses(
        (status = 303, description = "set, and logged in"),
        (status = 410, body = String, content_type = "text/html", description = "the link is over"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn set_password(
    State(portal): State<Portal>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let (shell, token, password) = (Shell::of(&visitor), fields.text("token"), fields.text("password"));
    if !passwords::is_good(password) {
        let page = PasswordPage { shell: &shell, error: Some(ENGLISH.password_wrong), token };
        return Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page));
    }
    let Some(Purpose::Reset { account }) = purpose(&portal, token).await? else {
        return Ok(link_over(&portal, shell));
    };
    if !use_up(&portal, token).await? {
        return Ok(link_over(&portal, shell));
    }
    let hash = portal.passwords.hash(password).await?;
    record(&portal, &account, PersonCommand::ResetPassword { account: account.clone() }, None).await?;
    portal.passwords.keep(&account, &hash).await?;
    portal.sessions.end_all(&account, portal.now()).await?;
    portal.links.forget_of(&account).await?;
    if let Some(profile) = portal.profile(&account).await?.filter(|profile| !profile.email.is_empty()) {
        portal.mailbox.post(written::password_set(&profile.email, &format!("{}/reset", portal.public_url)));
    }
    begin_session(&portal, &visitor, &account, "/dashboard").await
}
