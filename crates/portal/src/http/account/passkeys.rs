//! `/account/passkeys`: sign me in with this from now on, or no more.

use super::show::with_error;
use crate::{
    Portal,
    callers::Person,
    forms::Form,
    http::failures::sentence,
    mail::written,
    page,
    people::{passkey_site::PasskeySite, passkeys},
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_events::{AccountId, Digest};
use edgecoder_passkeys::{CreationOptions, Registration};
use edgecoder_service_kit::{
    chance,
    http::{Json, Path, Problem},
};

const MAX_NAME_CHARS: usize = 60;

/// A registration that somebody began.
pub struct Registering {
    account: AccountId,
    registration: Registration,
}

/// Asks the browser for a new passkey of whoever is logged in.
#[utoipa::path(
    post,
    path = "/account/passkeys/begin",
    operation_id = "begin_passkey",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "application/json", description = "for parseCreationOptionsFromJSON"),
        (status = 303, description = "log in first"),
        (status = 409, description = "too_many_passkeys, no_passkeys_here"),
    ),
)]
pub async fn begin(
    State(portal): State<Portal>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Json<CreationOptions>, Problem> {
    let site = site(&portal)?;
    let account = person.account();
    let registered: Vec<_> = passkeys::of(&portal, account).await?.into_iter().map(|(_, kept)| kept.passkey).collect();
    let whose = edgecoder_passkeys::Person {
        handle: &portal.passkeys.handle(account).await?,
        name: &person.profile.email,
        display_name: &person.profile.name,
        passkeys: &registered,
    };
    let (options, registration) = site
        .site
        .begin_registration(&whose, &mut chance::system(), portal.now())
        .map_err(|error| Problem::conflict("too_many_passkeys", error.to_string()))?;
    let begun = Registering { account: account.clone(), registration };
    portal.registering.begin(person.visitor.token(), begun, portal.commands.clock().steady())?;
    Ok(Json(options))
}

/// Takes the passkey that the browser made.
#[utoipa::path(
    post,
    path = "/account/passkeys",
    operation_id = "add_passkey",
    tag = "people",
    responses(
        (status = 303, description = "done, or log in first"),
        (status = 409, description = "passkey_taken, person_out_of_order"),
        (status = 422, description = "not the answer to what was asked, or asked too long ago"),
    ),
)]
pub async fn add(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let begun = portal.registering.take(person.visitor.token(), portal.commands.clock().steady());
    let Some(begun) = begun.filter(|begun| begun.account == *person.account()) else {
        return with_error(&portal, &person, ENGLISH.passkey_over).await;
    };
    let answer = fields.text("answer").as_bytes();
    match site(&portal)?.site.finish_registration(begun.registration, answer, portal.now()) {
        Ok(passkey) => {
            passkeys::add(&portal, person.account(), &name_of(fields.text("name")), passkey).await?;
            portal.mailbox.post(written::way_added(&person.profile.email, ENGLISH.a_passkey, &portal.account_url()));
            Ok(page::go("/account?done=passkey", []))
        }
        Err(refusal) => with_error(&portal, &person, sentence(&refusal.to_string())).await,
    }
}

/// Takes a passkey of whoever is logged in away.
#[utoipa::path(
    post,
    path = "/account/passkeys/{id}/remove",
    operation_id = "remove_passkey",
    tag = "people",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "removed, or log in first"),
        (status = 404, description = "no_such_passkey, or not yours"),
        (status = 409, description = "person_out_of_order: the last way to sign in"),
    ),
)]
pub async fn remove(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    let mine = passkeys::of(&portal, person.account()).await?;
    let wanted = id.parse::<Digest>().ok().filter(|id| mine.iter().any(|(mark, _)| mark == id));
    let mark = wanted.ok_or_else(|| Problem::not_found("no_such_passkey", "you have no such passkey"))?;
    passkeys::remove(&portal, person.account(), mark).await?;
    Ok(page::go("/account?done=passkey-removed", []))
}

/// Where passkeys work.
pub fn site(portal: &Portal) -> Result<&PasskeySite, Problem> {
    portal.passkey_site.as_ref().map_err(|error| Problem::conflict("no_passkeys_here", error.to_string()))
}

/// What somebody calls their passkey.
fn name_of(typed: &str) -> String {
    let typed: String = typed.trim().chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect();
    if typed.is_empty() { ENGLISH.passkey.to_owned() } else { typed }
}
