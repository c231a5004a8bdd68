//! `/sign-in/{provider}` and `/account/providers`: another provider says who somebody is.

use crate::{
    Portal,
    callers::{Caller, Person, Visitor},
    forms::Form,
    http::{account::show, confirm::begin_session, failures::sentence, log_in},
    page::{self, Shell, our_path},
    people::{identities, throttle::Trial},
    providers::{Away, KnownProvider, Why},
    text::ENGLISH,
};
use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderName, HeaderValue, StatusCode, request::Parts},
    response::Response,
};
use edgecoder_events::Digest;
use edgecoder_openid::{Callback, SignIn};
use edgecoder_service_kit::{
    chance,
    http::{Path, Problem, Query},
};

/// Leads on without a form's answer: browsers let forms lead to no other site (`form-action`).
const REFRESH: HeaderName = HeaderName::from_static("refresh");

#[derive(Template)]
#[template(path = "leaving.html")]
struct Page<'a> {
    shell: &'a Shell,
    title: &'a str,
    address: &'a str,
}

/// Sends somebody to a provider, to log in by its word.
#[utoipa::path(
    post,
    path = "/sign-in/{provider}",
    operation_id = "sign_in",
    tag = "people",
    params(("provider" = String, Path, description = "google, microsoft or openid")),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a page that leads there"),
        (status = 404, description = "no_such_provider"),
        (status = 409, description = "other_address: providers send people back to one address"),
        (status = 429, description = "too_many_trials"),
        (status = 503, description = "provider_unavailable"),
    ),
)]
pub async fn sign_in(
    State(portal): State<Portal>,
    Path(word): Path<String>,
    Form { caller: visitor, fields }: Form<Visitor>,
) -> Result<Response, Problem> {
    let then = our_path(fields.text("then")).to_owned();
    leave_for(&portal, &visitor, Shell::of(&visitor), &word, Why::LogIn { then }).await
}

/// Sends somebody who is logged in to a provider, to sign in there from now on.
#[utoipa::path(
    post,
    path = "/account/providers/{provider}",
    operation_id = "link_provider",
    tag = "people",
    params(("provider" = String, Path, description = "google, microsoft or openid")),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a page that leads there"),
        (status = 303, description = "log in first"),
        (status = 404, description = "no_such_provider"),
        (status = 503, description = "provider_unavailable"),
    ),
)]
pub async fn link(
    State(portal): State<Portal>,
    Path(word): Path<String>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    let why = Why::Link(person.account().clone());
    leave_for(&portal, person.visitor(), Shell::of_person(&person), &word, why).await
}

async fn leave_for(
    portal: &Portal,
    visitor: &Visitor,
    shell: Shell,
    word: &str,
    why: Why,
) -> Result<Response, Problem> {
    let KnownProvider { word, title, provider } = known(portal, word)?;
    let clock = portal.commands.clock();
    portal.throttle.admit(Trial::SignInFrom, &visitor.neighbourhood, clock.steady())?;
    if portal.public_url.split_once("://").is_none_or(|(_, authority)| authority != visitor.host) {
        let detail = format!("this works at {}/log-in alone: open it there", portal.public_url);
        return Err(Problem::conflict("other_address", detail));
    }
    let sign_in = SignIn::draw(&mut chance::system(), portal.now());
    let address = provider.address(&sign_in, clock).await.map_err(|error| {
        tracing::warn!(%error, provider = word, "nobody can sign in at a provider");
        Problem::unavailable("provider_unavailable", error.to_string())
    })?;
    portal.away.begin(visitor.token(), Away { word, sign_in, why }, clock.steady())?;
    let page = Page { shell: &shell, title, address: address.as_str() };
    let mut answer = page::show(portal.cookies, StatusCode::OK, &shell, &page);
    if let Ok(there) = HeaderValue::from_str(&format!("0; url={address}")) {
        answer.headers_mut().insert(REFRESH, there);
    }
    Ok(answer)
}

/// Takes back whom a provider sent.
#[utoipa::path(
    get,
    path = "/sign-in/{provider}/callback",
    operation_id = "sign_in_callback",
    tag = "people",
    params(
        ("provider" = String, Path, description = "google, microsoft or openid"),
        ("state" = Option<String>, Query, description = "what we sent along"),
        ("code" = Option<String>, Query, description = "what the provider gives a token for"),
        ("error" = Option<String>, Query, description = "why it did not"),
        ("iss" = Option<String>, Query, description = "who answers"),
    ),
    responses(
        (status = 303, description = "logged in with a new session, or linked"),
        (status = 404, description = "no_such_provider"),
        (status = 409, description = "identity_taken, signed_up_meanwhile"),
        (status = 422, body = String, content_type = "text/html", description = "a page that says why not"),
    ),
)]
pub async fn callback(
    State(portal): State<Portal>,
    Path(word): Path<String>,
    Query(callback): Query<Callback>,
    Back { visitor, person }: Back,
) -> Result<Response, Problem> {
    let KnownProvider { word, title, provider } = known(&portal, &word)?;
    let clock = portal.commands.clock();
    let away = portal.away.take(visitor.token(), clock.steady()).filter(|away| away.word == *word);
    let Some(Away { sign_in, why, .. }) = away else {
        return Ok(log_in::with_error(&portal, &visitor, ENGLISH.sign_in_over, "/dashboard"));
    };
    let who = match provider.finish(sign_in, &callback, clock).await {
        Ok(who) => who,
        Err(error) => {
            tracing::info!(%error, provider = word, "a sign-in was refused");
            return refused(&portal, &visitor, person.as_ref(), &sentence(&error.to_string())).await;
        }
    };
    match (why, person) {
        (Why::LogIn { then }, _) => match identities::recognise(&portal, title, &who).await? {
            Some(account) => begin_session(&portal, &visitor, &account, &then).await,
            None => Ok(log_in::with_error(&portal, &visitor, ENGLISH.address_not_vouched, &then)),
        },
        (Why::Link(account), Some(person)) if *person.account() == account => {
            identities::link(&portal, &account, title, &who).await?;
            Ok(page::go("/account?done=linked", []))
        }
        (Why::Link(_), _) => Ok(log_in::with_error(&portal, &visitor, ENGLISH.sign_in_over, "/account")),
    }
}

async fn refused(portal: &Portal, visitor: &Visitor, person: Option<&Person>, why: &str) -> Result<Response, Problem> {
    match person {
        Some(person) => show::with_error(portal, person, why).await,
        None => Ok(log_in::with_error(portal, visitor, why, "/dashboard")),
    }
}

/// Has somebody sign in at a provider no more.
#[utoipa::path(
    post,
    path = "/account/identities/{id}/unlink",
    operation_id = "unlink_provider",
    tag = "people",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "removed, or log in first"),
        (status = 404, description = "no_such_identity, or not yours"),
        (status = 409, description = "person_out_of_order: the last way to sign in"),
    ),
)]
pub async fn unlink(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    let mine = identities::of(&portal, person.account()).await?;
    let wanted = id.parse::<Digest>().ok().filter(|id| mine.iter().any(|(mark, _)| mark == id));
    let mark = wanted.ok_or_else(|| Problem::not_found("no_such_identity", "you do not sign in so"))?;
    identities::unlink(&portal, person.account(), mark).await?;
    Ok(page::go("/account?done=unlinked", []))
}

fn known<'a>(portal: &'a Portal, word: &str) -> Result<&'a KnownProvider, Problem> {
    let known = portal.providers.iter().find(|provider| provider.word == word);
    known.ok_or_else(|| Problem::not_found("no_such_provider", "nobody can sign in there"))
}

/// Who comes back: a browser, and perhaps somebody who is logged in with it.
pub struct Back {
    visitor: Visitor,
    person: Option<Person>,
}

impl FromRequestParts<Portal> for Back {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, portal).await?;
        if !visitor.is_logged_in() {
            return Ok(Self { visitor, person: None });
        }
        let person = Person::from_request_parts(parts, portal).await?;
        Ok(Self { visitor, person: Some(person) })
    }
}
