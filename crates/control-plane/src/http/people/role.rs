//! `POST /people/{accountId}/role`: may this person steer machines in the portal?

use crate::ControlPlane;
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::person::PersonRefusal;
use edgecoder_events::AccountId;
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    commands::CommandError,
    http::{Json, Path, Problem, Refusal},
    steering::{Steerer, change_role},
};
use edgecoder_wire::{people::ChangeRole, problem::ProblemDetails};

/// Gives somebody who signed up in the portal a role, or takes it. Saying the same again changes nothing.
#[utoipa::path(
    post,
    path = "/people/{accountId}/role",
    operation_id = "change_role",
    tag = "people",
    security(("operator" = [])),
    params(("accountId" = String, Path)),
    request_body = ChangeRole,
    responses(
        (status = 204, description = "so it is"),
        (status = 404, body = ProblemDetails, description = "person_not_found"),
    ),
)]
pub async fn change(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Path(account): Path<AccountId>,
    Json(ChangeRole { role, given }): Json<ChangeRole>,
) -> Result<StatusCode, Problem> {
    let done = change_role(&control_plane.commands, Steerer::Administrator, &account, role, given);
    control_plane.show(Question::People, &done.await.map_err(of_named_person)?).await;
    Ok(StatusCode::NO_CONTENT)
}

/// A refusal about a person whom the caller named but who is not here.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other refusals mean the same to every caller")]
fn of_named_person(error: CommandError<Refusal>) -> Problem {
    match error {
        CommandError::Refused(Refusal::Person(PersonRefusal::NobodyHere | PersonRefusal::Left)) => {
            Problem::not_found("person_not_found", "nobody who is here signed up with this account")
        }
        other => other.into(),
    }
}
