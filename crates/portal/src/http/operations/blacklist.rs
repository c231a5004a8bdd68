//! `GET /operations/blacklist`: who is shut out, on whose evidence?

use crate::{
    Portal,
    callers::Operator,
    page::{self, Shell},
    shown::Moment,
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{AgentId, Position, blacklist::BlacklistReason};
use edgecoder_projections::{
    PageRequest, Question,
    blacklist::{BlacklistEntry, Report},
};
use edgecoder_service_kit::http::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

const ON_A_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "operations_blacklist.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<String>,
    /// What was typed, where something is wrong with it.
    typed: &'a str,
    steps: Vec<Step>,
    next: Option<u64>,
    audit_url: &'a str,
}

/// A report, or the lifting of one.
struct Step {
    position: u64,
    at: Moment,
    agent: AgentId,
    reason: String,
    actor: String,
    /// None for a lifting.
    evidence: Option<Evidence>,
    /// Whether the machine is shut out by it now.
    is_in_force: bool,
}

/// What the reporter signed.
struct Evidence {
    accused_of: &'static str,
    sha256: String,
    reporter: String,
    key: String,
    signature: String,
    reported_at: Moment,
    until: Option<Moment>,
}

/// Which page is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Older than this position.
    before: Option<u64>,
}

/// Lists every report and every lifting, newest first, with the signed evidence.
#[utoipa::path(
    get,
    path = "/operations/blacklist",
    operation_id = "blacklist_page",
    tag = "operations",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "reports and liftings, newest first"),
        (status = 303, description = "log in first"),
        (status = 404, description = "not an operator"),
    ),
)]
pub async fn list(
    State(portal): State<Portal>,
    operator: Operator,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::Blacklist]).await;
    let (steps, next) = steps(&portal, wanted.before.map(Position)).await?;
    let shell = Shell::of_person(&operator.person).told_as_of(as_of);
    let page = Page { shell: &shell, error: None, typed: "", steps, next, audit_url: &portal.audit_url };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// The page again, with what is wrong with a report.
pub async fn with_error(portal: &Portal, operator: &Operator, error: String, typed: &str) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::Blacklist]).await;
    let (steps, next) = steps(portal, None).await?;
    let shell = Shell::of_person(&operator.person).told_as_of(as_of);
    let page = Page { shell: &shell, error: Some(error), typed, steps, next, audit_url: &portal.audit_url };
    Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page))
}

async fn steps(portal: &Portal, before: Option<Position>) -> Result<(Vec<Step>, Option<u64>), Problem> {
    let asked = PageRequest::new(before, ON_A_PAGE);
    let found = portal.projections.blacklist().history(None, &asked).await?;
    let mut steps = Vec::with_capacity(found.items.len());
    for entry in found.items {
        let in_force = portal.projections.blacklist().shut_out(&entry.agent, portal.now()).await?;
        let is_in_force = in_force.is_some_and(|it| it.position == entry.position);
        steps.push(step(entry, is_in_force));
    }
    Ok((steps, found.next.map(|position| position.0)))
}

fn step(entry: BlacklistEntry, is_in_force: bool) -> Step {
    Step {
        position: entry.position.0,
        at: Moment(entry.recorded_at),
        agent: entry.agent,
        reason: entry.reason,
        actor: entry.actor.as_str().to_owned(),
        evidence: entry.report.map(evidence),
        is_in_force,
    }
}

fn evidence(report: Report) -> Evidence {
    Evidence {
        accused_of: accused_of(report.reason_code),
        sha256: report.evidence_sha256,
        reporter: report.reporter,
        key: report.reporter_key.to_string(),
        signature: hex::encode(report.reporter_signature.0),
        reported_at: Moment(report.reported_at),
        until: report.expires_at.map(Moment),
    }
}

const fn accused_of(reason: BlacklistReason) -> &'static str {
    match reason {
        BlacklistReason::AbuseSpam => ENGLISH.accused_spam,
        BlacklistReason::AbuseMalware => ENGLISH.accused_malware,
        BlacklistReason::PolicyViolation => ENGLISH.accused_policy,
        BlacklistReason::CredentialAbuse => ENGLISH.accused_credentials,
        BlacklistReason::DosBehavior => ENGLISH.accused_dos,
        BlacklistReason::ForgedResults => ENGLISH.accused_forgery,
        BlacklistReason::ManualReview => ENGLISH.accused_review,
    }
}
