//! The report as a person reads it.

use super::{AuditReport, Verdict};
use crate::{Finding, escape::escape, utc::utc};
use std::fmt::Write as _;

/// What no verification of this program covers.
const NOT_CHECKED: &str = "witnesses, anchors in Bitcoin, contents outside the log, and whether the projections agree";

/// Writes the report.
pub fn print(report: &AuditReport) -> String {
    let mut text = String::new();
    for (name, value) in lines(report) {
        writeln!(text, "{name:<12} {}", escape(&value)).expect("a string takes every text");
    }
    if let Some((class, position, detail)) = report.warning() {
        writeln!(text, "{:<12} {class} at {position}: {detail}", "warning").expect("a string takes every text");
    }
    for finding in &report.findings {
        writeln!(text, "{:<12} {}", "finding", one_line(finding)).expect("a string takes every text");
    }
    let hidden = report.findings_total.saturating_sub(u64::try_from(report.findings.len()).unwrap_or(u64::MAX));
    if hidden > 0 {
        writeln!(text, "{:<12} {hidden} that follow from the first or were too many", "more").expect("as above");
    }
    writeln!(text, "{:<12} {}", "verdict", verdict(report)).expect("a string takes every text");
    text
}

fn one_line(finding: &Finding) -> String {
    let detail = escape(&finding.detail);
    match finding.position {
        Some(position) => format!("{} at {position}: {detail}", finding.class),
        None => format!("{}: {detail}", finding.class),
    }
}

fn lines(report: &AuditReport) -> Vec<(&'static str, String)> {
    let (bytes, events) = (&report.bytes, &report.events);
    let origin = if report.origin_given { "named by you" } else { "named by the ledger itself" };
    let mut lines = vec![("ledger", format!("{} ({origin}), read from {}", report.origin, report.place))];
    lines.push(match bytes.first.zip(bytes.last) {
        Some((first, last)) => ("entries", format!("{first}..{last}, {} in all", bytes.entries)),
        None => ("entries", "none".to_owned()),
    });
    if let Some((first, last)) = events.recorded_ms {
        lines.push(("recorded", format!("{} to {}", utc(first), utc(last))));
    }
    lines.push(("events", format!("{}/{} read and judged", events.events, bytes.entries)));
    let signed = events.author_signatures_checked + events.author_signatures_unchecked;
    lines.push(("signatures", format!("{}/{signed} of authors checked", events.author_signatures_checked)));
    lines.push(("tree root", hex::encode(bytes.root)));
    lines.push(("head hash", bytes.head_hash.map_or_else(|| "none".to_owned(), hex::encode)));
    let last_good = bytes.proven_size.map_or_else(|| "none".to_owned(), |size| format!("size {size}"));
    let (verified, given) = (bytes.checkpoints_verified, bytes.checkpoints_given);
    lines.push(("checkpoints", format!("{verified}/{given} verified; last good checkpoint: {last_good}")));
    lines.push(("unproven", format!("tail of {} entries, {} allowed", bytes.unproven_tail, report.allowed_tail)));
    lines.extend(report.keys.iter().map(|key| ("key", format!("{key}: {}", report.key_sentence()))));
    lines.extend(key_periods(report));
    lines.push(("freshness", report.freshness.sentence().to_owned()));
    lines.push(("not checked", NOT_CHECKED.to_owned()));
    lines
}

/// The keys by the entries that they vouch for, where there was more than one.
fn key_periods(report: &AuditReport) -> Vec<(&'static str, String)> {
    let periods = report.key_history().periods();
    if periods.len() < 2 {
        return Vec::new();
    }
    let span = |until: Option<u64>| until.map_or_else(|| "now".to_owned(), |until| format!("size {until}"));
    periods.iter().map(|it| ("log key", format!("{}: size {} to {}", it.key, it.from, span(it.until)))).collect()
}

fn verdict(report: &AuditReport) -> String {
    let name = report.verdict.name();
    match &report.verdict {
        Verdict::Ok => format!(
            "{name}: {} entries fit the signed checkpoint of size {}",
            report.bytes.entries,
            report.bytes.proven_size.unwrap_or(0)
        ),
        Verdict::Tampered(first) | Verdict::Unchecked(first) => format!("{name}: {}", one_line(first)),
        Verdict::Unproven => format!(
            "{name}: what is there fits, but no checkpoint proves the last {} of {} entries",
            report.bytes.unproven_tail, report.bytes.entries
        ),
    }
}
