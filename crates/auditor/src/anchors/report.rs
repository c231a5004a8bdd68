//! What is printed of the anchors, and with which code does it end?

use super::{reach::Reach, walk::Said};
use crate::{escape::escape, utc::utc};
use edgecoder_anchoring::{Network, evidence::AnchorVerdict};
use edgecoder_events::{BitcoinHash, CheckpointDigest};
use serde_json::{Value, json};
use std::fmt::{self, Write as _};

const EXIT_FAULT: u8 = 1;
const EXIT_CANNOT: u8 = 2;
const EXIT_UNPROVEN: u8 = 3;

/// Every anchor of a ledger, oldest first.
#[derive(Debug)]
pub struct AnchorReport {
    /// The network of the node or the file that they were judged by, if there was one.
    pub network: Option<Network>,
    /// The file of headers that they were judged by, if it was one.
    pub headers: Option<Reach>,
    pub anchors: Vec<JudgedAnchor>,
    /// How many entries the ledger has.
    pub entries: u64,
}

/// One anchor, judged.
#[derive(Debug)]
pub struct JudgedAnchor {
    pub checkpoint: CheckpointDigest,
    /// How many entries it commits to.
    pub size: u64,
    /// Where it was asked for.
    pub position: u64,
    /// When the ledger last said something of it.
    pub since_ms: u64,
    pub outcome: Outcome,
}

/// What is to be said of an anchor.
#[derive(Debug)]
pub enum Outcome {
    /// What is in no block yet, and what nobody has promised.
    Waiting,
    /// Its block went away, as the ledger says itself.
    KnownOrphaned { height: u32, block: BitcoinHash },
    /// What each attestation is worth.
    Judged(Vec<AnchorVerdict>),
    /// The way from the block to the entries does not hold.
    Mismatch(String),
    /// It holds, and the block's time says that an entry lies about its own.
    Misdated(String),
    /// Something is not kept here any more.
    Missing(&'static str),
}

impl Outcome {
    pub(crate) fn is_confirmed(&self) -> bool {
        self.verdicts().iter().any(|verdict| matches!(verdict, AnchorVerdict::Confirmed { .. }))
    }

    pub(crate) fn is_fault(&self) -> bool {
        matches!(self, Self::Mismatch(_) | Self::Misdated(_)) || self.verdicts().iter().any(AnchorVerdict::is_fault)
    }

    pub(crate) fn verdicts(&self) -> &[AnchorVerdict] {
        match self {
            Self::Judged(verdicts) => verdicts,
            Self::Waiting | Self::KnownOrphaned { .. } | Self::Mismatch(_) | Self::Misdated(_) | Self::Missing(_) => {
                &[]
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("WAITING: it is in no block yet"),
            Self::KnownOrphaned { height, block } => {
                write!(f, "ORPHANED, as the ledger says: block {block} of height {height} went away; it is sent again")
            }
            Self::Judged(verdicts) => {
                let said: Vec<String> = verdicts.iter().map(ToString::to_string).collect();
                f.write_str(&said.join("; "))
            }
            Self::Mismatch(what) => write!(f, "ANCHOR MISMATCH: {what}"),
            Self::Misdated(what) => write!(f, "MISDATED: {what}"),
            Self::Missing(what) => write!(f, "CANNOT VERIFY: {what} is not kept here"),
        }
    }
}

impl AnchorReport {
    /// The entries that a confirmed anchor commits to.
    pub fn anchored_entries(&self) -> u64 {
        let confirmed = self.anchors.iter().filter(|anchor| anchor.outcome.is_confirmed());
        confirmed.map(|anchor| anchor.size).max().unwrap_or(0)
    }

    /// See `docs/auditors/exit-codes.md`.
    pub fn exit_code(&self) -> u8 {
        let any = |is: fn(&Outcome) -> bool| self.anchors.iter().any(|anchor| is(&anchor.outcome));
        if any(Outcome::is_fault) {
            EXIT_FAULT
        } else if any(|outcome| matches!(outcome, Outcome::Missing(_))) {
            EXIT_CANNOT
        } else if any(Outcome::is_confirmed) {
            0
        } else {
            EXIT_UNPROVEN
        }
    }

    /// The report for people.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        if let Some(network) = self.network {
            writeln!(text, "{:<12} {network}", "network").expect("a text takes any text");
        }
        if let Some(headers) = &self.headers {
            writeln!(text, "{:<12} {headers}", "headers").expect("a text takes any text");
        }
        for anchor in &self.anchors {
            // A calendar's address in it comes from a stranger.
            let said = escape(&anchor.said());
            writeln!(text, "{:<12} size {}: {said}", "anchor", anchor.size).expect("a text takes any text");
        }
        let (anchored, entries) = (self.anchored_entries(), self.entries);
        let tail = entries.saturating_sub(anchored);
        let count = self.anchors.len();
        writeln!(text, "{:<12} {anchored} of {entries} entries, {count} anchors, UNANCHORED TAIL {tail}", "anchored")
            .expect("a text takes any text");
        text
    }

    /// The report for programs.
    pub fn document(&self) -> Value {
        let anchors: Vec<Value> = self.anchors.iter().map(JudgedAnchor::document).collect();
        let anchored = self.anchored_entries();
        json!({
            "network": self.network.map(|network| network.to_string()),
            "headers": self.headers.as_ref().map(Reach::document),
            "anchors": anchors,
            "entries": self.entries,
            "anchoredEntries": anchored,
            "unanchoredTail": self.entries.saturating_sub(anchored),
            "exitCode": self.exit_code(),
        })
    }
}

impl JudgedAnchor {
    pub(super) const fn of(said: &Said, outcome: Outcome) -> Self {
        let Said { checkpoint, position, size, .. } = *said;
        Self { checkpoint, size, position, since_ms: said.newest_at.recorded_ms, outcome }
    }

    /// The outcome, and since when it waits where it does.
    fn said(&self) -> String {
        let since = match &self.outcome {
            Outcome::Judged(verdicts) => verdicts.iter().all(|it| matches!(it, AnchorVerdict::Pending { .. })),
            Outcome::Waiting | Outcome::KnownOrphaned { .. } => true,
            Outcome::Mismatch(_) | Outcome::Misdated(_) | Outcome::Missing(_) => false,
        };
        if since { format!("{} since {}", self.outcome, utc(self.since_ms)) } else { self.outcome.to_string() }
    }

    fn document(&self) -> Value {
        json!({
            "checkpoint": self.checkpoint,
            "size": self.size,
            "position": self.position,
            "confirmed": self.outcome.is_confirmed(),
            "fault": self.outcome.is_fault(),
            "said": self.said(),
        })
    }
}
