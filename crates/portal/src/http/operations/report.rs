//! `POST /operations/blacklist`: somebody has signed evidence against a machine.

use super::{blacklist::with_error, steer};
use crate::{
    Portal,
    callers::{Operator, Person},
    forms::Form,
    http::failures::sentence,
    page,
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_service_kit::{evidence, http::Problem};
use edgecoder_wire::nodes::BlacklistReport;

/// Shuts a machine out on signed evidence, as `edgecoder agent blacklist` does.
#[utoipa::path(
    post,
    path = "/operations/blacklist",
    operation_id = "report_machine",
    tag = "operations",
    responses(
        (status = 303, description = "it is shut out; or log in first"),
        (status = 404, description = "not an operator"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn report(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let operator = Operator::of(person)?;
    let typed = fields.text("report").trim();
    match record(&portal, &operator, typed).await {
        Ok(()) => Ok(page::go("/operations/blacklist", [])),
        Err(problem) if problem.status().is_client_error() => {
            with_error(&portal, &operator, sentence(problem.detail()), typed).await
        }
        Err(problem) => Err(problem),
    }
}

async fn record(portal: &Portal, operator: &Operator, typed: &str) -> Result<(), Problem> {
    let report: BlacklistReport =
        serde_json::from_str(typed).map_err(|_| Problem::bad_field("report", ENGLISH.report_unreadable))?;
    let report = evidence::checked(report, &portal.projections, portal.now())?;
    let agent = report.agent.clone();
    steer(portal, operator, &agent, AgentCommand::Blacklist(Box::new(report))).await
}
