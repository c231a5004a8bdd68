//! `POST /account/address` and `/account/address/confirm`: mails go there from now on.

use super::{show::with_error, themselves::not_themselves};
use crate::{
    Portal,
    callers::Person,
    forms::Form,
    http::confirm::{Link, link_over, purpose, use_up},
    page::{self, Shell},
    people::{address::EmailAddress, links::Purpose, new_address, throttle::Trial},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_service_kit::http::{Problem, Query};

#[derive(Template)]
#[template(path = "new_address.html")]
struct Page<'a> {
    shell: &'a Shell,
    email: &'a str,
    token: &'a str,
}

/// Sends a link to another mail address. The answer is the same where that one has an account.
#[utoipa::path(
    post,
    path = "/account/address",
    operation_id = "ask_for_address",
    tag = "people",
    responses(
        (status = 303, description = "look at the mail there, or log in first"),
        (status = 422, description = "no address, or not the present password"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn ask(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    if !portal.mailbox.is_open() {
        return with_error(&portal, &person, ENGLISH.mail_closed).await;
    }
    let Some(wanted) = EmailAddress::parse(fields.text("email")) else {
        return with_error(&portal, &person, ENGLISH.email_wrong).await;
    };
    if let Some(error) = not_themselves(&portal, &person, fields.text("password")).await? {
        return with_error(&portal, &person, error).await;
    }
    if wanted.as_str() == person.profile.email {
        return with_error(&portal, &person, ENGLISH.address_same).await;
    }
    portal.throttle.admit(Trial::MailFrom, &person.visitor.neighbourhood, portal.commands.clock().steady())?;
    new_address::ask(&portal, person.account(), &person.profile.email, &wanted).await?;
    Ok(page::go("/account?done=address-asked", []))
}

/// Shows what following the link would do: reading a mail, as scanners do, does nothing.
#[utoipa::path(
    get,
    path = "/account/address/confirm",
    operation_id = "confirm_address_page",
    tag = "people",
    params(Link),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a form with one button"),
        (status = 303, description = "log in first"),
        (status = 410, body = String, content_type = "text/html", description = "the link is over, or not yours"),
    ),
)]
pub async fn form(State(portal): State<Portal>, person: Person, Query(link): Query<Link>) -> Result<Response, Problem> {
    let shell = Shell::of_person(&person);
    let Some(email) = own_link(&portal, &person, &link.token).await? else {
        return Ok(link_over(&portal, shell));
    };
    let page = Page { shell: &shell, email: email.as_str(), token: &link.token };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// Changes the address. Only whoever asked for it can: where the address was mistyped, its owner gets no account by a click.
#[utoipa::path(
    post,
    path = "/account/address/confirm",
    operation_id = "confirm_address",
    tag = "people",
    responses(
        (status = 303, description = "done, or log in first"),
        (status = 410, body = String, content_type = "text/html", description = "the link is over, or not yours"),
    ),
)]
pub async fn confirm(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let (shell, token) = (Shell::of_person(&person), fields.text("token"));
    let Some(email) = own_link(&portal, &person, token).await? else {
        return Ok(link_over(&portal, shell));
    };
    if use_up(&portal, token).await? && new_address::change(&portal, person.account(), &email).await? {
        return Ok(page::go("/account?done=address", []));
    }
    Ok(link_over(&portal, shell))
}

/// The address that a link leads to, where whoever is logged in asked for it.
async fn own_link(portal: &Portal, person: &Person, token: &str) -> Result<Option<EmailAddress>, Problem> {
    match purpose(portal, token).await? {
        Some(Purpose::NewAddress { account, email }) if account == *person.account() => Ok(EmailAddress::parse(&email)),
        Some(Purpose::NewAddress { .. } | Purpose::SignUp { .. } | Purpose::Reset { .. }) | None => Ok(None),
    }
}
