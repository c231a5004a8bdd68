//! `POST /account/name`: call me so.

use super::{record, show::with_error};
use crate::{
    Portal,
    callers::Person,
    forms::Form,
    page,
    people::{
        address::EmailAddress,
        profile::{Profile, name_of},
    },
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::person::PersonCommand;
use edgecoder_service_kit::http::Problem;

/// Takes another name.
#[utoipa::path(
    post,
    path = "/account/name",
    operation_id = "rename",
    tag = "people",
    responses((status = 303, description = "done, or log in first"), (status = 422, description = "too long")),
)]
pub async fn rename(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let email = EmailAddress::parse(&person.profile.email);
    let Some(name) = email.and_then(|email| name_of(fields.text("name"), &email)) else {
        return with_error(&portal, &person, ENGLISH.name_wrong).await;
    };
    // Name and address are sealed together: whoever changes one of them meanwhile is waited for.
    let _turn = portal.ways.lock().await;
    let present = portal.profile(person.account()).await?.unwrap_or_default();
    if name != present.name {
        let profile = Profile { name, email: present.email };
        let sealed = portal.contents.seal(person.account(), &profile).await?;
        let command = PersonCommand::ChangeProfile { account: person.account().clone(), profile: sealed.address() };
        record(&portal, &person, command, Some(sealed)).await?;
    }
    Ok(page::go("/account?done=name", []))
}
