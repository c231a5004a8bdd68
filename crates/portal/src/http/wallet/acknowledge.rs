//! `POST /wallet/backup`: I checked my words.

use super::show::with_error;
use crate::{Portal, callers::Person, forms::Form, http::account::record, page, text::ENGLISH};
use axum::{extract::State, response::Response};
use edgecoder_domain::person::PersonCommand;
use edgecoder_events::BlobRef;
use edgecoder_service_kit::http::Problem;

/// Records that somebody checked the words behind the descriptor that they see.
#[utoipa::path(
    post,
    path = "/wallet/backup",
    operation_id = "acknowledge_backup",
    tag = "people",
    responses(
        (status = 303, description = "recorded; or log in first"),
        (status = 409, description = "another descriptor was given meanwhile"),
        (status = 422, body = String, content_type = "text/html", description = "nobody said so"),
    ),
)]
pub async fn acknowledge(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    if fields.text("checked") != "yes" {
        return with_error(&portal, &person, ENGLISH.wallet_not_checked.to_owned()).await;
    }
    let descriptor = fields.text("descriptor").parse::<BlobRef>();
    let descriptor = descriptor.map_err(|_| Problem::bad_field("descriptor", "open the page anew"))?;
    let command = PersonCommand::AcknowledgeBackup { account: person.account().clone(), descriptor };
    record(&portal, &person, command, None).await?;
    Ok(page::go("/wallet?done=backup#own-title", []))
}
