//! `GET /dashboard`: how do things stand with me?

use super::tasks::TaskRow;
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    shown::credits,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::Problem;

/// As many of the newest tasks are shown.
const NEWEST: usize = 10;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page<'a> {
    shell: &'a Shell,
    name: &'a str,
    available: String,
    reserved: String,
    tasks: Vec<TaskRow>,
}

/// Shows credit and newest tasks of whoever is logged in.
#[utoipa::path(
    get,
    path = "/dashboard",
    operation_id = "dashboard_page",
    tag = "pages",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "credit and newest tasks"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn dashboard(State(portal): State<Portal>, person: Person) -> Result<Response, Problem> {
    let shell = Shell::of_person(&person);
    portal.newest(&[Question::TaskBoard, Question::CreditBalances]).await;
    let held = portal.projections.credit_balances().balance(person.account()).await?.unwrap_or_default();
    let tasks = super::tasks::newest(&portal, &person, NEWEST).await?;
    let page = Page {
        shell: &shell,
        name: &person.profile.name,
        available: credits(held.available),
        reserved: credits(held.reserved),
        tasks,
    };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}
