//! `POST /security/blacklist`: somebody has evidence against a machine.

use super::MAX_REASON_CHARS;
use crate::{ControlPlane, http::check_text, problems::of_named_agent};
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::{AgentId, UnixMillis, blacklist::AgentBlacklisted};
use edgecoder_identity::{evidence, request::MAX_SKEW_MS};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem},
};
use edgecoder_wire::{nodes::BlacklistReport, problem::ProblemDetails};

/// The oldest report that is taken, in milliseconds.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1_000;
const MAX_REPORTER_CHARS: usize = 64;
const SHA256_HEX_DIGITS: usize = 64;

/// Shuts a machine out on signed evidence. Reporting one that is shut out changes nothing.
#[utoipa::path(
    post,
    path = "/security/blacklist",
    operation_id = "report_agent",
    tag = "blacklist",
    security(("operator" = [])),
    request_body = BlacklistReport,
    responses(
        (status = 204, description = "it is shut out"),
        (status = 400, body = ProblemDetails, description = "a field is wrong, or was not what the reporter signed"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
        (status = 409, body = ProblemDetails, description = "agent_already_blacklisted: by another report"),
    ),
)]
pub async fn report(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Json(body): Json<BlacklistReport>,
) -> Result<StatusCode, Problem> {
    let report = event(body);
    check(&report, control_plane.commands.clock().now())?;
    check_signer(&control_plane, &report)?;
    let (agent, command) = (report.agent.clone(), AgentCommand::Blacklist(Box::new(report)));
    let done = control_plane.agent_command(&operator, &agent, command).await.map_err(of_named_agent)?;
    control_plane.show(Question::Blacklist, &done).await;
    Ok(StatusCode::NO_CONTENT)
}

fn event(body: BlacklistReport) -> AgentBlacklisted {
    AgentBlacklisted {
        agent: body.agent_id,
        reason_code: body.reason_code,
        reason: body.reason,
        evidence_sha256: body.evidence_hash_sha256,
        reported_at: body.reported_at_ms,
        expires_at: body.expires_at_ms,
        reporter: body.reporter_id,
        reporter_key: body.reporter_public_key,
        reporter_signature: body.reporter_signature,
    }
}

fn check(report: &AgentBlacklisted, now: UnixMillis) -> Result<(), Problem> {
    check_text("reason", &report.reason, MAX_REASON_CHARS)?;
    check_text("reporterId", &report.reporter, MAX_REPORTER_CHARS)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let hash = report.evidence_sha256.as_str();
    if hash.len() != SHA256_HEX_DIGITS || !hash.bytes().all(is_digit) {
        let expected = format!("expected SHA-256 as {SHA256_HEX_DIGITS} lower-case hex digits");
        return Err(Problem::bad_field("evidenceHashSha256", expected));
    }
    if now.ms_since(report.reported_at) > MAX_AGE_MS || report.reported_at.ms_since(now) > MAX_SKEW_MS {
        return Err(Problem::bad_field("reportedAtMs", "expected a time within the last 24 hours"));
    }
    if report.expires_at.is_some_and(|end| end <= now) {
        return Err(Problem::bad_field("expiresAtMs", "expected a time to come, or none"));
    }
    Ok(())
}

/// The signature holds, and where the reporter is a machine that we know it is that machine's.
fn check_signer(control_plane: &ControlPlane, report: &AgentBlacklisted) -> Result<(), Problem> {
    let detail = "expected the reporter's signature over the report's statement: see docs/API.md, Blacklist evidence";
    evidence::verify(report).map_err(|_| Problem::bad_field("reporterSignature", detail))?;
    let known = AgentId::new(report.reporter.as_str()).ok();
    let known = known.and_then(|id| control_plane.projections.agent_directory(|agents| agents.signing_key(&id)));
    if known.is_some_and(|key| key != report.reporter_key) {
        return Err(Problem::bad_field("reporterPublicKey", "expected the key that the reporter is registered with"));
    }
    Ok(())
}
