//! Do the events keep the rules of the product? Whatever the bytes prove, these say whether the content is honest.
//!
//! Nothing of the product's own rules (`domain`) is used: an auditor who asks the accused learns nothing. The figures that
//! both keep stand in [`limits`].

mod actors;
mod anchors;
mod authors;
mod credit;
pub mod limits;
mod log_keys;
mod machines;
mod noted;
mod people;
mod plan;
mod promises;
mod roles;
mod signatures;
mod streams;
mod subtask;
mod task;
mod terms;
mod wallets;
mod work;

use crate::{Class, Finding};
use anchors::Anchors;
use authors::Authors;
use credit::Credit;
use edgecoder_events::{DecodeError, Event, PublicKey, UnixMillis};
use edgecoder_identity::KeyHistory;
use edgecoder_ledger::Entry;
use log_keys::LogKeys;
use machines::Machines;
use noted::Noted;
use people::People;
use promises::Promises;
use roles::Roles;
pub use signatures::is_signed_result;
use wallets::Wallets;
use work::{Follows, Work};

/// How far an honest writer's clock may be ahead of the auditor's, which may itself be late.
const CLOCKS_DIFFER_BY_MS: u64 = 2 * 60 * 60 * 1000;

/// What was checked above the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventCoverage {
    /// Events that were read and judged.
    pub events: u64,
    /// Signatures of those who acted: results of machines, reports about machines.
    pub author_signatures_checked: u64,
    /// Signatures whose text does not stand in the event.
    pub author_signatures_unchecked: u64,
    /// When the first and the last entry were recorded, in milliseconds since 1970.
    pub recorded_ms: Option<(u64, u64)>,
    /// Position and time of the first entry that says it was recorded in the auditor's future.
    pub first_ahead: Option<(u64, u64)>,
    /// The log's keys, as the events state them.
    pub keys: KeyHistory,
}

/// What the events say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventReport {
    pub findings: Vec<Finding>,
    pub findings_total: u64,
    pub coverage: EventCoverage,
}

/// Judges the events of a ledger while they stream by.
#[derive(Debug)]
pub struct Rules {
    log_keys: LogKeys,
    authors: Authors,
    machines: Machines,
    roles: Roles,
    work: Work,
    promises: Promises,
    credit: Credit,
    anchors: Anchors,
    wallets: Wallets,
    people: People,
    noted: Noted,
    coverage: EventCoverage,
    /// An entry of a later time is in the auditor's future.
    latest_ms: u64,
}

impl Rules {
    /// Begins at the beginning of the ledger `origin`; `keys` are those that the auditor was given from elsewhere.
    pub fn new(origin: &str, keys: Vec<PublicKey>) -> Self {
        Self {
            log_keys: LogKeys::new(origin, keys),
            authors: Authors::default(),
            machines: Machines::default(),
            roles: Roles::default(),
            work: Work::default(),
            promises: Promises::default(),
            credit: Credit::default(),
            anchors: Anchors::default(),
            wallets: Wallets::default(),
            people: People::default(),
            noted: Noted::default(),
            coverage: EventCoverage::default(),
            latest_ms: u64::MAX,
        }
    }

    /// The same for an auditor whose clock says so: entries of his future are remembered.
    #[must_use]
    pub const fn at(mut self, now: UnixMillis) -> Self {
        self.latest_ms = now.0.saturating_add(CLOCKS_DIFFER_BY_MS);
        self
    }

    /// Takes the next entry as it is stored. Bytes that are no entry are left to the verifier of bytes.
    ///
    /// `signed_result` is what [`is_signed_result`] said of it; where nobody asked, it is false, and a result's signature
    /// is checked now.
    pub fn push(&mut self, entry: &[u8], signed_result: bool) {
        let Ok(entry) = Entry::decode(entry) else { return };
        let first = self.coverage.recorded_ms.map_or(entry.recorded_at_ms, |(first, _)| first);
        self.coverage.recorded_ms = Some((first, entry.recorded_at_ms));
        if entry.recorded_at_ms > self.latest_ms {
            self.coverage.first_ahead.get_or_insert((entry.position, entry.recorded_at_ms));
        }
        match Event::from_bytes(entry.kind, entry.schema, entry.payload) {
            Ok(event) => self.judge(&entry, &event, signed_result),
            Err(error @ DecodeError::UnknownKind { .. }) => self.skip(&entry, Class::UnknownKind, &error),
            Err(error @ (DecodeError::Payload { .. } | DecodeError::Trailing { .. })) => {
                self.skip(&entry, Class::BadPayload, &error);
            }
        }
    }

    /// What is wrong so far: the first finding that proves tampering, else the first that could not be checked.
    pub fn first_finding(&self) -> Option<&Finding> {
        self.noted.first()
    }

    /// The log's keys, as the events state them so far.
    pub const fn key_history(&self) -> &KeyHistory {
        &self.log_keys.history
    }

    /// Ends the ledger. What it owes at its end is only a finding where the end is really the end, and where no broken
    /// rule before explains it.
    pub fn finish(mut self, whole: bool) -> EventReport {
        self.log_keys.finish(&mut self.noted);
        if whole && !self.noted.has_tampering() {
            self.promises.finish(&mut self.noted);
            self.credit.finish(&self.work, &mut self.noted);
        }
        self.coverage.keys = self.log_keys.history;
        let (findings, findings_total) = self.noted.into_sorted();
        EventReport { findings, findings_total, coverage: self.coverage }
    }

    fn skip(&mut self, entry: &Entry<'_>, class: Class, error: &DecodeError) {
        self.count_author(entry, false);
        self.noted.add(class, entry.position, error.to_string());
    }

    fn judge(&mut self, entry: &Entry<'_>, event: &Event, signed_result: bool) {
        self.coverage.events += 1;
        self.log_keys.check(entry, event, &mut self.noted);
        let checked = self.authors.check(entry, event, signed_result, &mut self.noted);
        self.count_author(entry, checked);
        self.credit.check_pair(entry, event, &mut self.noted);
        let checks = [
            streams::check(entry, event),
            actors::check(entry, event),
            self.roles.check(entry, event),
            self.machines.check(entry, event),
            self.wallets.check(event),
            self.people.check(event),
        ];
        for broken in checks.into_iter().filter_map(Result::err) {
            self.noted.broken(entry.position, broken);
        }
        let was_due = self.promises.check(entry, event, &mut self.noted);
        match self.work.check(entry, event, was_due) {
            Ok(follows) => self.expect(entry, follows),
            Err(broken) => self.noted.broken(entry.position, broken),
        }
        if let Err(broken) = self.anchors.check(entry, event) {
            self.noted.broken(entry.position, broken);
        }
        if let Err(broken) = self.credit.check(entry, event) {
            self.noted.broken(entry.position, broken);
        }
    }

    /// Remembers what the same append must bring.
    fn expect(&mut self, entry: &Entry<'_>, follows: Follows) {
        if let Some(debt) = follows.debt {
            self.credit.owe(debt);
        }
        if let Some((task, due)) = follows.due {
            self.promises.make(entry, task, due);
        }
    }

    fn count_author(&mut self, entry: &Entry<'_>, checked: bool) {
        if checked {
            self.coverage.author_signatures_checked += 1;
        } else if entry.author_signature.is_some() {
            self.coverage.author_signatures_unchecked += 1;
        }
    }
}
