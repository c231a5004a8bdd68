//! Is this ledger what it once was, and does it keep the rules? The whole verification, from the database to the verdict.

mod checkpoints;
mod stream;
mod tile_check;
mod trust;

use crate::{
    AuditReport, Class, Finding, Place, ReadError,
    rules::{EventReport, Rules},
};
use checkpoints::{Opened, open_with_checkpoints};
use edgecoder_events::{PublicKey, UnixMillis};
use edgecoder_ledger::{
    note::VerifierKey,
    verify::{Class as ByteClass, Expectations, Report, Verdict as ByteVerdict},
};
use std::{io, path::PathBuf};
use stream::{Streamed, stream};

pub use checkpoints::Freshness;
pub(crate) use trust::Trust;

/// What to verify, and what the auditor brings along.
#[derive(Debug, Clone)]
pub struct VerifyWish {
    pub place: Place,
    /// Checkpoints that were kept elsewhere.
    pub checkpoints: Vec<PathBuf>,
    /// The checkpoint that lies beside the ledger; taken where no other is given, or where it is trusted.
    pub checkpoint_beside: Option<PathBuf>,
    /// Whether the place beside the ledger is as good as any other.
    pub trust_data_dir: bool,
    /// Keys that the auditor knows; without any, the ledger's own word is taken.
    pub keys: Vec<VerifierKey>,
    /// The ledger that this should be; without it, the ledger's own word is taken.
    pub origin: Option<String>,
    /// How many entries after the newest checkpoint are taken on trust.
    pub allow_unproven: u64,
    /// What the auditor's clock says.
    pub now: UnixMillis,
}

/// Why nothing could be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the checkpoint {file} cannot be read: {error}")]
    Checkpoint { file: String, error: io::Error },
}

/// Verifies a ledger. `progress` is told how many rows were read, and of how many.
///
/// # Errors
/// The ledger or a checkpoint cannot be opened. Damage that shows later is part of the report.
pub async fn verify(wish: &VerifyWish, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<AuditReport, VerifyError> {
    let Opened { mut reader, bounds, notes, freshness } = open_with_checkpoints(wish).await?;
    let trust = Trust::find(&wish.keys, wish.origin.as_deref(), &notes, &mut reader).await;
    let expected = Expectations {
        origin: trust.origin.clone(),
        log_keys: trust.keys.clone(),
        checkpoints: notes.clone(),
        max_unproven_tail: wish.allow_unproven,
    };
    let given = wish.keys.iter().map(|key| PublicKey(key.public_key().to_bytes())).collect();
    let rows = bounds.map_or(0, |(_, last)| u64::try_from(last).map_or(0, |last| last.saturating_add(1)));
    let rules = Rules::new(&expected.origin, given).at(wish.now);
    let streamed = stream(&mut reader, &expected, rules, &|done| progress(done, rows)).await;
    Ok(judge(wish, &trust, &notes, freshness, streamed))
}

fn judge(wish: &VerifyWish, trust: &Trust, notes: &[String], freshness: Freshness, streamed: Streamed) -> AuditReport {
    let Streamed { bytes, mut events, unreadable, tiles } = streamed;
    let expired = trust.expired_signatures(notes, &events.coverage.keys);
    events.findings_total += u64::try_from(expired.len()).unwrap_or(u64::MAX);
    events.findings.extend(expired);
    events.findings_total += u64::try_from(tiles.len()).unwrap_or(u64::MAX);
    let (mut findings, findings_total) = all_findings(&bytes, &events, unreadable);
    // The tiles name the very entry; what the chain or a checkpoint says follows from it.
    findings.splice(0..0, tiles);
    // Stable: the first of each verdict stays the first.
    findings.sort_by_key(|finding| !finding.class.proves_tampering());
    AuditReport::new(wish, trust, freshness, (bytes.coverage, events.coverage), (findings, findings_total))
}

/// The findings about bytes and those about events that count where they are right.
fn all_findings(bytes: &Report, events: &EventReport, unreadable: Option<Finding>) -> (Vec<Finding>, u64) {
    let first_bad = match &bytes.verdict {
        ByteVerdict::Tampered(first) | ByteVerdict::Corrupt(first) => Some(first.clone()),
        ByteVerdict::Ok | ByteVerdict::ValidButUnproven => None,
    };
    // Where reading stopped, nobody knows whether the rest is missing.
    let is_known = |class: Class| unreadable.is_none() || class != Class::Bytes(ByteClass::Truncated);
    let in_bytes = first_bad.iter().chain(bytes.findings.iter().filter(|finding| Some(*finding) != first_bad.as_ref()));
    let mut findings: Vec<Finding> = in_bytes.cloned().map(Finding::from).filter(|it| is_known(it.class)).collect();
    // Events after a bad entry are of an unknown author: what they say proves nothing about the ledger's writer.
    let judged_until = first_bad.and_then(|finding| finding.position);
    let judged = |finding: &&Finding| judged_until.is_none_or(|until| finding.position.is_some_and(|at| at < until));
    findings.extend(events.findings.iter().filter(judged).cloned());
    findings.extend(unreadable);
    (findings, bytes.findings_total.saturating_add(events.findings_total))
}
