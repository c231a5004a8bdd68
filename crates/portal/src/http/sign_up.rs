//! `GET` and `POST /sign-up`: a stranger wants an account.

use crate::{
    Portal,
    callers::Visitor,
    forms::{Fields, Form},
    http::failures::Message,
    page::{self, Shell},
    people::{
        address::EmailAddress,
        passwords,
        profile::name_of,
        sign_up::{self, Wanted},
        throttle::Trial,
    },
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_service_kit::http::Problem;

#[derive(Template)]
#[template(path = "sign_up.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<&'static str>,
    email: &'a str,
    name: &'a str,
}

/// Shows the form.
#[utoipa::path(
    get,
    path = "/sign-up",
    operation_id = "sign_up_page",
    tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "a form")),
)]
pub async fn form(State(portal): State<Portal>, visitor: Visitor) -> Response {
    let shell = Shell::of(&visitor);
    let error = (!portal.mailbox.is_open()).then_some(ENGLISH.mail_closed);
    page::show(portal.cookies, StatusCode::OK, &shell, &Page { shell: &shell, error, email: "", name: "" })
}

/// Sends a mail with a link. The answer is the same whether or not the address has an account.
#[utoipa::path(
    post,
    path = "/sign-up",
    operation_id = "sign_up",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "look at your mail"),
        (status = 403, description = "form_expired, form_of_another_site"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn ask(
    State(portal): State<Portal>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let shell = Shell::of(&visitor);
    let wanted = match wanted(&portal, &fields) {
        Ok(wanted) => wanted,
        Err(error) => {
            let (email, name) = (fields.text("email"), fields.text("name"));
            let page = Page { shell: &shell, error: Some(error), email, name };
            return Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page));
        }
    };
    portal.throttle.admit(Trial::MailFrom, &visitor.neighbourhood, portal.commands.clock().steady())?;
    sign_up::ask(&portal, visitor.token(), wanted).await?;
    Ok(mail_sent(&portal, shell))
}

fn wanted(portal: &Portal, fields: &Fields) -> Result<Wanted, &'static str> {
    if !portal.mailbox.is_open() {
        return Err(ENGLISH.mail_closed);
    }
    let email = EmailAddress::parse(fields.text("email")).ok_or(ENGLISH.email_wrong)?;
    let name = name_of(fields.text("name"), &email).ok_or(ENGLISH.name_wrong)?;
    let password = fields.text("password").to_owned();
    if !passwords::is_good(&password) {
        return Err(ENGLISH.password_wrong);
    }
    Ok(Wanted { email, name, password })
}

/// What everybody sees who asked for a mail, whether or not one was sent.
pub fn mail_sent(portal: &Portal, shell: Shell) -> Response {
    let page = Message {
        heading: ENGLISH.mail_sent_title,
        text: ENGLISH.mail_sent_text.to_owned(),
        id: None,
        next: "/",
        next_label: ENGLISH.back_to_start,
        shell,
    };
    page::show(portal.cookies, StatusCode::OK, &page.shell, &page)
}
