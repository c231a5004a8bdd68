//! `GET /operations/people`: who signed up, and who is an operator?

use crate::{
    Portal,
    callers::{Operator, Person},
    page::{self, Shell},
    shown::Moment,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{AccountId, Position};
use edgecoder_projections::{PageRequest, Question};
use edgecoder_service_kit::http::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "operations_people.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<&'static str>,
    /// What was typed, where something is wrong with it.
    typed: &'a str,
    people: Vec<Row>,
    next: Option<u64>,
}

/// Somebody, as far as operators know them: by their account. Names and addresses open for their owners alone.
struct Row {
    account: AccountId,
    signed_up_at: Moment,
    is_here: bool,
    is_operator: bool,
    /// Whether it is who looks.
    is_you: bool,
}

/// Which page is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Who signed up before this position.
    before: Option<u64>,
}

/// Lists people by their accounts, newest first, with their roles.
#[utoipa::path(
    get,
    path = "/operations/people",
    operation_id = "people_page",
    tag = "operations",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "people and roles, newest first"),
        (status = 303, description = "log in first"),
        (status = 404, description = "not an operator"),
    ),
)]
pub async fn list(
    State(portal): State<Portal>,
    operator: Operator,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::People]).await;
    let (people, next) = rows(&portal, &operator.person, wanted.before.map(Position)).await?;
    let shell = Shell::of_person(&operator.person).told_as_of(as_of);
    let page = Page { shell: &shell, error: None, typed: "", people, next };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// The page again, with what is wrong with whom somebody named.
pub async fn with_error(
    portal: &Portal,
    operator: &Operator,
    error: &'static str,
    typed: &str,
) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::People]).await;
    let (people, next) = rows(portal, &operator.person, None).await?;
    let mut shell = Shell::of_person(&operator.person).told_as_of(as_of);
    "/operations/people".clone_into(&mut shell.place);
    let page = Page { shell: &shell, error: Some(error), typed, people, next };
    Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page))
}

async fn rows(portal: &Portal, you: &Person, before: Option<Position>) -> Result<(Vec<Row>, Option<u64>), Problem> {
    let page = portal.projections.people().list(&PageRequest::new(before, ON_A_PAGE)).await?;
    let mut people = Vec::with_capacity(page.items.len());
    for entry in page.items {
        people.push(Row {
            is_operator: portal.is_operator(&entry.account).await?,
            is_you: entry.account == *you.account(),
            is_here: entry.erased_at.is_none(),
            signed_up_at: Moment(entry.signed_up_at),
            account: entry.account,
        });
    }
    Ok((people, page.next.map(|position| position.0)))
}
