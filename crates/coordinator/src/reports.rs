//! Is this the report that the machine signed, and can it be read?

use crate::Coordinator;
use edgecoder_events::{
    Author, BlobRef, Digest, MicroCredits,
    task::{SubtaskFinished, Verdict},
};
use edgecoder_identity::{
    envelope::{Direction, Envelope, Lease},
    verify_text,
};
use edgecoder_service_kit::{
    callers::Signed,
    http::{Json, Problem},
};
use edgecoder_wire::{
    tasks::Report,
    work::{Outcome, SubtaskResult},
};

/// A report whose signature holds.
pub struct SignedReport {
    pub report: Report,
    pub digest: Digest,
    pub verdict: Verdict,
    pub author: Author,
}

/// Opens a result's report and checks digest, signature and verdict.
pub fn open(coordinator: &Coordinator, signed: &Signed<SubtaskResult<Envelope>>) -> Result<SignedReport, Problem> {
    let body = &signed.body;
    let envelope = body.report.as_ref().ok_or_else(|| needed("report"))?;
    let digest = body.report_digest.ok_or_else(|| needed("reportDigest"))?;
    let signature = body.report_signature.ok_or_else(|| needed("reportSignature"))?;
    let lease =
        Lease { task: body.task_id.clone(), subtask: body.subtask, attempt: body.attempt, agent: signed.agent.clone() };
    let plain = coordinator
        .keys
        .open(envelope, Direction::Reply, &lease)
        .map_err(|error| Problem::bad_request("envelope_decrypt_failed", error.to_string()))?;
    if blake3::hash(&plain).as_bytes() != &digest.0 {
        return Err(Problem::bad_field("reportDigest", "expected BLAKE3 of the report's JSON"));
    }
    let report: Report = Json::parse(&plain)?;
    let verdict = verdict(body.outcome, &report)?;
    let author = Author { key: signed.author.key, signature };
    let statement = statement(signed, verdict, digest);
    verify_text(&author.key, statement.as_bytes(), &author.signature).map_err(|_| {
        Problem::bad_field("reportSignature", "expected the agent's signature over the result's statement")
    })?;
    Ok(SignedReport { report, digest, verdict, author })
}

fn needed(field: &str) -> Problem {
    Problem::bad_field(field, "needed where the outcome is passed or failed")
}

fn verdict(outcome: Outcome, report: &Report) -> Result<Verdict, Problem> {
    match (outcome, report.verdict) {
        (Outcome::Passed, Verdict::Passed) => Ok(Verdict::Passed),
        (Outcome::Failed, Verdict::Failed) => Ok(Verdict::Failed),
        (Outcome::Passed | Outcome::Failed | Outcome::Unable | Outcome::Drained, _) => {
            Err(Problem::bad_field("outcome", "expected the verdict of the report"))
        }
    }
}

/// The text that the machine signed, from what it sent.
fn statement(signed: &Signed<SubtaskResult<Envelope>>, verdict: Verdict, report_digest: Digest) -> String {
    let body = &signed.body;
    let finished = SubtaskFinished {
        task: body.task_id.clone(),
        subtask: body.subtask,
        attempt: body.attempt,
        agent: signed.agent.clone(),
        verdict,
        report: BlobRef([0; 32]),
        report_digest,
        reported_ms: body.duration_ms,
        paid_ms: 0,
        cost: MicroCredits::ZERO,
    };
    finished.statement()
}
