//! `POST /tasks/{id}/review`: what do I think of what it brought?

use super::{judged::Refused, own_task, show};
use crate::{
    Portal,
    callers::Person,
    forms::{Fields, Form},
    http::failures::sentence,
    page,
};
use axum::{extract::State, http::StatusCode, response::Response};
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
    match reviewed {
        Ok(done) => {
            portal.show(&[Question::TaskBoard], &done).await;
            Ok(page::go(&format!("/tasks/{id}"), []))
        }
        Err(problem) if matches!(problem.status(), StatusCode::BAD_REQUEST | StatusCode::CONFLICT) => {
            let refused = Refused {
                error: Some(sentence(problem.detail())),
                reason: fields.text("reason"),
                diff: fields.lines("diff"),
                ..Refused::default()
            };
            show::task_page(&portal, &person, &id, refused).await
        }
        Err(problem) => Err(problem),
    }
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
