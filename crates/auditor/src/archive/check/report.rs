//! What is said of an archive, and with which code does it end?

use super::CheckWish;
use crate::{Outcome, archive::format::ANCHORS, escape::escape};
use edgecoder_anchoring::Network;
use serde_json::{Value, json};
use std::fmt::{self, Write as _};

const EXIT_FAULT: u8 = 1;
const EXIT_CANNOT: u8 = 2;
const EXIT_UNPROVEN: u8 = 3;

/// What can be wrong with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Its bytes are not those whose digest is there.
    Damaged,
    /// It does not belong there: the format has no such member, or not at this place.
    Added,
    /// It belongs there and is not.
    Missing,
    /// The entry is not the one that was signed.
    Mutated,
    /// Words that the entry does not say.
    Mistold,
    /// A known key's signature does not hold.
    BadSignature,
    /// The archive's own keys are not those that signed.
    OtherKeys,
    /// No known key signed.
    UnknownKey,
    /// It is of another log.
    WrongLedger,
    BadCheckpoint,
    BadPolicy,
    /// Fewer witnesses cosigned than the policy demands.
    NoQuorum,
    /// What was dated is not the beginning of what was signed.
    Inconsistent,
    AnchorMismatch,
    AnchorInvalid,
    AnchorOrphaned,
    Misdated,
    BadHeaders,
    /// No anchor is confirmed, whether somebody who knows the chain was asked or not.
    NotConfirmed,
}

impl Class {
    const fn name(self) -> &'static str {
        match self {
            Self::Damaged => "DAMAGED",
            Self::Added => "ADDED",
            Self::Missing => "MISSING",
            Self::Mutated => "MUTATED",
            Self::Mistold => "MISTOLD",
            Self::BadSignature => "BAD SIGNATURE",
            Self::OtherKeys => "OTHER KEYS",
            Self::UnknownKey => "UNKNOWN KEY",
            Self::WrongLedger => "WRONG LEDGER",
            Self::BadCheckpoint => "BAD CHECKPOINT",
            Self::BadPolicy => "BAD POLICY",
            Self::NoQuorum => "NO QUORUM",
            Self::Inconsistent => "INCONSISTENT",
            Self::AnchorMismatch => "ANCHOR MISMATCH",
            Self::AnchorInvalid => "ANCHOR INVALID",
            Self::AnchorOrphaned => "ANCHOR ORPHANED",
            Self::Misdated => "MISDATED",
            Self::BadHeaders => "BAD HEADERS",
            Self::NotConfirmed => "NOT CONFIRMED",
        }
    }

    const fn exit_code(self) -> u8 {
        match self {
            Self::Missing | Self::UnknownKey | Self::BadCheckpoint | Self::BadPolicy => EXIT_CANNOT,
            Self::NoQuorum | Self::NotConfirmed => EXIT_UNPROVEN,
            Self::Damaged
            | Self::Added
            | Self::Mutated
            | Self::Mistold
            | Self::BadSignature
            | Self::OtherKeys
            | Self::WrongLedger
            | Self::Inconsistent
            | Self::AnchorMismatch
            | Self::AnchorInvalid
            | Self::AnchorOrphaned
            | Self::Misdated
            | Self::BadHeaders => EXIT_FAULT,
        }
    }
}

/// One thing that is wrong with an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFinding {
    class: Class,
    pub member: String,
    pub detail: String,
}

impl ArchiveFinding {
    /// What kind of wrong, as reports write it.
    pub const fn name(&self) -> &'static str {
        self.class.name()
    }
}

/// What an anchor of an archive is worth.
#[derive(Debug)]
pub struct DatedEntries {
    /// How many entries it commits to.
    pub size: u64,
    pub outcome: Outcome,
}

/// The outcome of checking an archive.
#[derive(Debug)]
pub struct ArchiveReport {
    pub file: String,
    pub origin: String,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// The keys that signed the checkpoint.
    pub keys: Vec<String>,
    /// Whether the auditor brought a key.
    pub key_given: bool,
    /// Whether the auditor brought a policy.
    pub policy_given: bool,
    /// The witnesses that cosigned, by the names that the policy has for their keys.
    pub witnesses: Vec<String>,
    /// How many entries are in it.
    pub entries: usize,
    /// The network of the node or the file of headers that the auditor brought.
    pub network: Option<Network>,
    pub anchors: Vec<DatedEntries>,
    /// What an archive can hold and this one does not.
    pub absent: Vec<String>,
    /// The members that nothing proves: whoever made the archive could write in them what he liked.
    pub not_evidence: Vec<String>,
    /// In the order in which they were found.
    pub findings: Vec<ArchiveFinding>,
}

impl ArchiveReport {
    pub(super) fn of(wish: &CheckWish) -> Self {
        Self {
            file: wish.file.display().to_string(),
            origin: String::new(),
            size: 0,
            keys: Vec::new(),
            key_given: !wish.keys.is_empty(),
            policy_given: wish.policy.is_some(),
            witnesses: Vec::new(),
            entries: 0,
            network: None,
            anchors: Vec::new(),
            absent: Vec::new(),
            not_evidence: Vec::new(),
            findings: Vec::new(),
        }
    }

    pub(super) fn has(&self, class: Class) -> bool {
        self.findings.iter().any(|it| it.class == class)
    }

    pub(super) fn find(&mut self, class: Class, member: impl fmt::Display, detail: impl Into<String>) {
        self.findings.push(ArchiveFinding { class, member: member.to_string(), detail: detail.into() });
    }

    /// Says once that a member is missing.
    pub(super) fn miss(&mut self, member: impl fmt::Display) {
        let member = member.to_string();
        if !self.findings.iter().any(|it| it.class == Class::Missing && it.member == member) {
            self.find(Class::Missing, member, "it is not in the archive");
        }
    }

    /// Where the auditor asked somebody who knows the chain, its word on an anchor is wanted. Where nobody was asked and
    /// nothing else is wrong, it is still to be said that the anchors which are there date nothing.
    pub(super) fn rest_on(&mut self, knows_the_chain: bool) {
        let confirmed = self.anchors.iter().any(|it| it.outcome.is_confirmed());
        let is_all_else = self.findings.is_empty() && !self.anchors.is_empty();
        if !confirmed && (knows_the_chain || is_all_else) {
            self.find(Class::NotConfirmed, ANCHORS, "no anchor of these entries is confirmed: nothing dates them");
        }
    }

    /// See `docs/auditors/exit-codes.md`.
    pub fn exit_code(&self) -> u8 {
        self.findings.iter().map(|finding| finding.class.exit_code()).min().unwrap_or(0)
    }

    /// The verdict in one word.
    pub fn verdict(&self) -> &'static str {
        match self.exit_code() {
            0 => "OK",
            EXIT_FAULT => "TAMPERED",
            EXIT_CANNOT => "CANNOT VERIFY",
            _ => "VALID BUT UNPROVEN",
        }
    }

    /// Which word was taken for the keys.
    const fn key_sentence(&self) -> &'static str {
        if self.key_given { "given by you" } else { "taken from the archive itself: proves consistency, not identity" }
    }

    /// Whose word it is that a key is the witness's.
    const fn witness_sentence(&self) -> &'static str {
        if self.policy_given {
            ""
        } else {
            ": so the archive itself calls a key that signed; nobody vouches for it, bring --policy"
        }
    }

    /// The report for people.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, said: &str| {
            writeln!(text, "{name:<12} {}", escape(said)).expect("a string takes every text");
        };
        line("archive", &self.file);
        line("log", &format!("{}, {} entries", self.origin, self.size));
        for key in &self.keys {
            line("key", &format!("{key}: {}", self.key_sentence()));
        }
        for witness in &self.witnesses {
            line("witness", &format!("{witness} cosigned{}", self.witness_sentence()));
        }
        line("entries", &format!("{} in the archive", self.entries));
        if let Some(network) = self.network {
            line("network", &network.to_string());
        }
        for it in &self.anchors {
            line("anchor", &format!("of the first {} entries: {}", it.size, it.outcome));
        }
        for what in &self.absent {
            line("absent", what);
        }
        for member in &self.not_evidence {
            line("not evidence", &format!("{member}: nobody signs it, and whoever made the archive wrote it"));
        }
        for it in &self.findings {
            line("finding", &format!("{} {}: {}", it.name(), it.member, it.detail));
        }
        line("verdict", self.verdict());
        text
    }

    /// The report for programs.
    pub fn document(&self) -> Value {
        let anchors = self.anchors.iter().map(|it| {
            json!({
                "size": it.size,
                "confirmed": it.outcome.is_confirmed(),
                "fault": it.outcome.is_fault(),
                "said": it.outcome.to_string(),
            })
        });
        let findings =
            self.findings.iter().map(|it| json!({ "class": it.name(), "member": it.member, "detail": it.detail }));
        json!({
            "verdict": self.verdict(),
            "exitCode": self.exit_code(),
            "archive": self.file,
            "origin": self.origin,
            "size": self.size,
            "trust": { "keys": self.keys, "keyGiven": self.key_given, "policyGiven": self.policy_given },
            "witnesses": self.witnesses,
            "entries": self.entries,
            "network": self.network.map(|network| network.to_string()),
            "anchors": anchors.collect::<Vec<_>>(),
            "absent": self.absent,
            "notEvidence": self.not_evidence,
            "findings": findings.collect::<Vec<_>>(),
        })
    }
}
