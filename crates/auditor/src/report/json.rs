//! The report as a program reads it: one document.

use super::{AuditReport, Verdict};
use crate::Finding;
use serde_json::{Value, json};

/// Makes the document. Fields are added, never renamed.
pub fn document(report: &AuditReport) -> Value {
    let (bytes, events) = (&report.bytes, &report.events);
    let first = match &report.verdict {
        Verdict::Tampered(first) | Verdict::Unchecked(first) => Some(finding(first)),
        Verdict::Ok | Verdict::Unproven => None,
    };
    let keys = events.keys.periods().iter();
    let keys: Vec<_> =
        keys.map(|it| json!({ "key": it.key.to_string(), "fromSize": it.from, "untilSize": it.until })).collect();
    let warnings = report
        .warning()
        .into_iter()
        .map(|(class, position, detail)| json!({ "class": class, "position": position, "detail": detail }));
    json!({
        "verdict": report.verdict.name(),
        "exitCode": report.verdict.exit_code(),
        "first": first,
        "ledger": { "origin": report.origin, "originGiven": report.origin_given, "place": report.place },
        "trust": { "keys": report.keys, "keyGiven": report.key_given, "keySource": report.key_sentence() },
        "freshness": report.freshness.sentence(),
        "coverage": {
            "entries": bytes.entries,
            "first": bytes.first,
            "last": bytes.last,
            "recordedFromMs": events.recorded_ms.map(|(first, _)| first),
            "recordedToMs": events.recorded_ms.map(|(_, last)| last),
            "eventsJudged": events.events,
            "authorSignaturesChecked": events.author_signatures_checked,
            "authorSignaturesUnchecked": events.author_signatures_unchecked,
            "root": hex::encode(bytes.root),
            "headHash": bytes.head_hash.map(hex::encode),
            "checkpointsGiven": bytes.checkpoints_given,
            "checkpointsVerified": bytes.checkpoints_verified,
            "lastGoodCheckpoint": bytes.proven_size,
            "unprovenTail": bytes.unproven_tail,
            "allowedTail": report.allowed_tail,
        },
        "logKeys": keys,
        "warnings": warnings.collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "findingsTotal": report.findings_total,
    })
}

fn finding(it: &Finding) -> Value {
    json!({
        "class": it.class.name(),
        "position": it.position,
        "detail": it.detail,
        "provesTampering": it.class.proves_tampering(),
    })
}
