//! What does the auditor get to know? The verdict, what it rests on, and what was not checked.

mod human;
mod json;

use crate::{
    Finding,
    rules::EventCoverage,
    utc::utc,
    verify::{Freshness, Trust, VerifyWish},
};
use edgecoder_events::UnixMillis;
use edgecoder_identity::KeyHistory;
use edgecoder_ledger::verify::Coverage;

pub use human::print;
pub use json::document;

/// The answer of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong, and a checkpoint proves it up to the permitted tail.
    Ok,
    /// The ledger was changed, or its writer broke the rules; the first such finding.
    Tampered(Finding),
    /// Something could not be checked; the first such finding.
    Unchecked(Finding),
    /// Nothing is wrong with what is there, but no checkpoint proves that it is all and unchanged.
    Unproven,
}

impl Verdict {
    /// The word where nothing could be verified at all.
    pub const CANNOT: &str = "CANNOT VERIFY";

    /// The exit code: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Tampered(_) => 1,
            Self::Unchecked(_) => 2,
            Self::Unproven => 3,
        }
    }

    /// The verdict in one word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Tampered(_) => "TAMPERED",
            Self::Unchecked(_) => Self::CANNOT,
            Self::Unproven => "VALID BUT UNPROVEN",
        }
    }
}

/// The outcome of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    pub verdict: Verdict,
    /// Where the ledger was read.
    pub place: String,
    pub origin: String,
    /// Whether the auditor said which ledger it should be.
    pub origin_given: bool,
    /// Trusted keys, as verifier keys.
    pub keys: Vec<String>,
    /// Whether the auditor brought a key.
    pub key_given: bool,
    pub freshness: Freshness,
    /// How many entries after the newest checkpoint were permitted.
    pub allowed_tail: u64,
    pub bytes: Coverage,
    pub events: EventCoverage,
    /// What the auditor's clock said.
    pub now: UnixMillis,
    /// Those that prove tampering first.
    pub findings: Vec<Finding>,
    pub findings_total: u64,
}

impl AuditReport {
    pub(crate) fn new(
        wish: &VerifyWish,
        trust: &Trust,
        freshness: Freshness,
        (bytes, events): (Coverage, EventCoverage),
        (findings, findings_total): (Vec<Finding>, u64),
    ) -> Self {
        let proven = bytes.proven_size.is_some() && bytes.unproven_tail <= wish.allow_unproven;
        let verdict = match findings.first() {
            Some(first) if first.class.proves_tampering() => Verdict::Tampered(first.clone()),
            Some(first) => Verdict::Unchecked(first.clone()),
            None if proven => Verdict::Ok,
            None => Verdict::Unproven,
        };
        Self {
            verdict,
            place: wish.place.name(),
            origin: trust.origin.clone(),
            origin_given: trust.origin_given,
            keys: trust.keys.iter().map(ToString::to_string).collect(),
            key_given: trust.key_given,
            freshness,
            allowed_tail: wish.allow_unproven,
            bytes,
            events,
            now: wish.now,
            findings,
            findings_total,
        }
    }

    /// Which word was taken for the keys.
    pub const fn key_sentence(&self) -> &'static str {
        if self.key_given { "given by you" } else { "taken from the ledger itself: proves consistency, not identity" }
    }

    /// What is strange and proves nothing, as a clock may be wrong: its class, its position, and what it is.
    pub fn warning(&self) -> Option<(&'static str, u64, String)> {
        let (position, recorded_ms) = self.events.first_ahead?;
        let (said, here) = (utc(recorded_ms), utc(self.now.0));
        let detail =
            format!("ts {said} is more than two hours after this machine's clock ({here}): one of them is wrong");
        Some(("FUTURE TIME", position, detail))
    }

    pub(crate) const fn key_history(&self) -> &KeyHistory {
        &self.events.keys
    }
}
