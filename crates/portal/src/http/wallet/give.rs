//! `POST /wallet/descriptor`: these addresses are mine.

use super::show::with_error;
use crate::{
    Portal,
    callers::Person,
    forms::Form,
    http::{account::record, failures::sentence},
    page,
    people::own_wallet::OwnWallet,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::person::PersonCommand;
use edgecoder_service_kit::http::Problem;

/// Takes the public descriptor of a wallet. What is private is refused, and neither kept nor repeated.
#[utoipa::path(
    post,
    path = "/wallet/descriptor",
    operation_id = "give_descriptor",
    tag = "people",
    responses(
        (status = 303, description = "taken; or log in first"),
        (status = 422, body = String, content_type = "text/html", description = "private, or no descriptor"),
    ),
)]
pub async fn give(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let own = match OwnWallet::parse(fields.text("descriptor"), fields.text("network")) {
        Ok(own) => own,
        Err(why) => return with_error(&portal, &person, sentence(&why.to_string())).await,
    };
    let account = person.account().clone();
    let sealed = portal.contents.seal(&account, &own).await?;
    let command = PersonCommand::GiveDescriptor { account, descriptor: sealed.address() };
    record(&portal, &person, command, Some(sealed)).await?;
    Ok(page::go("/wallet?done=descriptor#own-title", []))
}
