//! `GET /account`: what is known of me, and where am I logged in?

use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    people::{
        identities::{self, KeptIdentity},
        passkey_site::Place,
        passkeys::{self, KeptPasskey},
        sessions::Session,
    },
    providers::KnownProvider,
    shown::Moment,
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{AccountId, Digest};
use edgecoder_service_kit::http::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<&'a str>,
    done: Option<&'static str>,
    email: &'a str,
    name: &'a str,
    account: &'a AccountId,
    devices: Vec<Device>,
    has_password: bool,
    place: Place,
    passkeys: Vec<PasskeyRow>,
    providers: &'a [KnownProvider],
    identities: Vec<IdentityRow>,
}

struct PasskeyRow {
    id: String,
    name: String,
    added_at: Moment,
    is_backed_up: bool,
}

struct IdentityRow {
    id: String,
    provider: String,
    linked_at: Moment,
}

struct Device {
    id: String,
    name: String,
    seen_at: Moment,
    is_this: bool,
}

/// What was done just now.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `name`, `password`, `address-asked`, `address`, `device`, `passkey`, `passkey-removed`, `linked` or `unlinked`.
    #[serde(default)]
    done: String,
}

/// Shows the account of whoever is logged in.
#[utoipa::path(
    get,
    path = "/account",
    operation_id = "account_page",
    tag = "people",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "profile, password, devices"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn show(
    State(portal): State<Portal>,
    person: Person,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let done = match wanted.done.as_str() {
        "name" => Some(ENGLISH.saved),
        "password" => Some(ENGLISH.password_changed),
        "address-asked" => Some(ENGLISH.address_asked),
        "address" => Some(ENGLISH.address_changed),
        "device" => Some(ENGLISH.device_ended),
        "passkey" => Some(ENGLISH.passkey_added),
        "linked" => Some(ENGLISH.linked),
        "unlinked" => Some(ENGLISH.unlinked),
        "passkey-removed" => Some(ENGLISH.passkey_removed),
        _ => None,
    };
    account_page(&portal, &person, StatusCode::OK, None, done).await
}

/// The page that says what is wrong with a form on it.
pub async fn with_error(portal: &Portal, person: &Person, error: impl AsRef<str>) -> Result<Response, Problem> {
    account_page(portal, person, StatusCode::UNPROCESSABLE_ENTITY, Some(error.as_ref()), None).await
}

async fn account_page(
    portal: &Portal,
    person: &Person,
    status: StatusCode,
    error: Option<&str>,
    done: Option<&'static str>,
) -> Result<Response, Problem> {
    let mut shell = Shell::of_person(person);
    // Where a form of the page failed, too: other colours lead back to the page.
    "/account".clone_into(&mut shell.place);
    let sessions = portal.sessions.of(person.account(), portal.now()).await?;
    let devices = sessions.iter().map(|session| device(session, &person.session)).collect();
    let (email, name) = (&person.profile.email, &person.profile.name);
    let passkeys = passkeys::of(portal, person.account()).await?.iter().map(passkey_row).collect();
    let page = Page {
        shell: &shell,
        error,
        done,
        email,
        name,
        account: person.account(),
        devices,
        has_password: portal.passwords.has(person.account()).await?,
        place: portal.passkey_place(&person.visitor),
        passkeys,
        providers: &portal.providers,
        identities: identities::of(portal, person.account()).await?.iter().map(identity_row).collect(),
    };
    Ok(page::show(portal.cookies, status, &shell, &page))
}

fn passkey_row((mark, kept): &(Digest, KeptPasskey)) -> PasskeyRow {
    PasskeyRow {
        id: mark.to_string(),
        name: kept.name.clone(),
        added_at: Moment(kept.added_at),
        is_backed_up: kept.passkey.is_backed_up(),
    }
}

fn identity_row((mark, kept): &(Digest, KeptIdentity)) -> IdentityRow {
    IdentityRow { id: mark.to_string(), provider: kept.provider.clone(), linked_at: Moment(kept.linked_at) }
}

fn device(session: &Session, this: &Session) -> Device {
    Device {
        id: session.id(),
        name: program_of(&session.device),
        seen_at: Moment(session.seen_at),
        is_this: session.hash == this.hash,
    }
}

/// The browser and the system, as far as a browser's name for itself gives them away.
fn program_of(device: &str) -> String {
    let find = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(mark, _)| device.contains(mark)).map(|(_, name)| *name)
    };
    // Many claim to be others as well: who is named first is who it is.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if device.is_empty() => "?".to_owned(),
        (None, None) => device.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_by_the_name_that_people_know() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36";
        assert_eq!(program_of(chrome), "Chrome, Linux");
        assert_eq!(program_of(&format!("{chrome} Edg/131.0")), "Edge, Linux");
        assert_eq!((program_of("curl/8.1"), program_of("")), ("curl/8.1".to_owned(), "?".to_owned()));
    }
}
