//! `POST /tasks/{id}/review`: what do I think of what it brought?

use super::{judged::Typed, own_task, show};
use crate::{
    Portal,
    callers::Person,
    forms::{Fields, Form},
};
use axum::{extract::State, response::Response};
use edgecoder_events::{TaskId, task::ReviewDecision};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::{Path, Problem};
use edgecoder_wire::tasks::ReviewTask;

/// Says of a completed task of whoever is logged in whether they take what it brought, by the path that the coordinator
/// takes.
#[utoipa::path(
    post,
    path = "/tasks/{id}/review",
    operation_id = "review_form",
    tag = "tasks",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "to the task; or log in first"),
        (status = 404, description = "task_not_found, or not yours"),
        (status = 422, body = String, content_type = "text/html", description = "the task, with what is wrong"),
    ),
)]
pub async fn review(
    State(portal): State<Portal>,
    Path(id): Path<TaskId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    portal.newest(&[Question::TaskBoard]).await;
    own_task(&portal, &person, &id).await?;
    let reviewed = match said(&fields) {
        Ok(said) => portal.reviews.review(person.account(), &id, &said).await,
        Err(problem) => Err(problem),
    };
    let typed = Typed { reason: fields.text("reason"), diff: fields.lines("diff"), ..Typed::default() };
    show::after(&portal, &person, &id, reviewed, typed).await
}

fn said(fields: &Fields) -> Result<ReviewTask, Problem> {
    let decision = match fields.text("decision") {
        "accepted" => ReviewDecision::Accepted,
        "rejected" => ReviewDecision::Rejected,
        "edited" => ReviewDecision::Edited,
        _ => return Err(Problem::bad_field("decision", "press one of the buttons of the page")),
    };
    Ok(ReviewTask { decision, reason: fields.lines("reason"), diff: fields.lines("diff") })
}
