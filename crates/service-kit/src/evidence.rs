//! Is a report against a machine one that can be recorded? Whoever hands it in, its reporter signed every field.

use crate::http::{Problem, check_text};
use edgecoder_events::{AgentId, UnixMillis, blacklist::AgentBlacklisted};
use edgecoder_identity::{evidence, request::MAX_SKEW_MS};
use edgecoder_projections::Projections;
use edgecoder_wire::nodes::BlacklistReport;

/// The oldest report that is taken, in milliseconds.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1_000;
const MAX_REASON_CHARS: usize = 500;
const MAX_REPORTER_CHARS: usize = 64;
const SHA256_HEX_DIGITS: usize = 64;

/// The event that says so.
///
/// # Errors
/// A 400 where a field is wrong, or was not what the reporter signed.
pub fn checked(body: BlacklistReport, known: &Projections, now: UnixMillis) -> Result<AgentBlacklisted, Problem> {
    let report = event(body);
    check(&report, now)?;
    check_signer(known, &report)?;
    Ok(report)
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
fn check_signer(known: &Projections, report: &AgentBlacklisted) -> Result<(), Problem> {
    let detail = "expected the reporter's signature over the report's statement: see docs/API.md, Blacklist evidence";
    evidence::verify(report).map_err(|_| Problem::bad_field("reporterSignature", detail))?;
    let agent = AgentId::new(report.reporter.as_str()).ok();
    let key = agent.and_then(|id| known.agent_directory(|agents| agents.signing_key(&id)));
    if key.is_some_and(|key| key != report.reporter_key) {
        return Err(Problem::bad_field("reporterPublicKey", "expected the key that the reporter is registered with"));
    }
    Ok(())
}
