//! `POST /operations/people/role`: this person is an operator from now on, or no longer.

use super::people::with_error;
use crate::{
    Portal,
    callers::{Operator, Person},
    forms::Form,
    page,
    people::address::EmailAddress,
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::person::PersonRefusal;
use edgecoder_events::{AccountId, person::Role};
use edgecoder_service_kit::{
    commands::CommandError,
    http::{Problem, Refusal},
    steering::{Steerer, change_role},
};

/// Gives or takes the role of an operator, as `edgecoder person role` does.
#[utoipa::path(
    post,
    path = "/operations/people/role",
    operation_id = "change_persons_role",
    tag = "operations",
    responses(
        (status = 303, description = "so it is; or log in first"),
        (status = 404, description = "not an operator"),
        (status = 422, body = String, content_type = "text/html", description = "nobody is here by that name"),
    ),
)]
pub async fn change(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let operator = Operator::of(person)?;
    let typed = fields.text("who").trim();
    let Some(account) = meant(&portal, typed).await? else {
        return with_error(&portal, &operator, ENGLISH.nobody_by_this_name, typed).await;
    };
    let (by, is_given) = (Steerer::Person(operator.person.account()), fields.text("given") != "no");
    match change_role(&portal.commands, by, &account, Role::Operator, is_given).await {
        Ok(_) => {
            // Whoever took their own role finds none of these pages any more.
            let is_still = portal.is_operator(operator.person.account()).await?;
            Ok(page::go(if is_still { "/operations/people" } else { "/dashboard" }, []))
        }
        Err(CommandError::Refused(Refusal::Person(PersonRefusal::NobodyHere | PersonRefusal::Left))) => {
            with_error(&portal, &operator, ENGLISH.nobody_by_this_name, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Whom an operator names: by the account that stands on everybody's own page, or by a mail address that they know.
async fn meant(portal: &Portal, typed: &str) -> Result<Option<AccountId>, Problem> {
    match EmailAddress::parse(typed) {
        Some(address) => {
            let person = portal.projections.people().by_email(portal.marker.mark(&address)).await?;
            Ok(person.map(|it| it.account))
        }
        None => Ok(typed.parse().ok()),
    }
}
