//! Is a stored ledger what it once was?
//!
//! [`Verifier`] reads rows in the order of their positions and remembers little of them. It hashes every entry's bytes
//! twice (chain and tree), decodes them, and compares what they say with where they stand, with the columns beside
//! them, and with the checkpoints that the auditor brings. It never says [`Verdict::Ok`] about anything that no
//! checkpoint covers, but for a tail that the auditor permits.

mod appends;
mod commitments;
mod finding;
mod fingerprint;
mod place;
mod report;
mod rules;
mod said;

pub use finding::{Class, Finding, MAX_FINDINGS};
pub use report::{Coverage, Report, Verdict};

use crate::{
    chain::GENESIS_PREV,
    entry::Entry,
    note::VerifierKey,
    tree::{Frontier, Hash},
};
use commitments::Commitments;
use finding::Findings;
use place::{Placed, Places};
use rules::Rules;
use said::Said;
use std::slice;

/// How many rows are read before the first of them is judged.
const ROWS_TOGETHER: usize = 256;

/// What the auditor knows from elsewhere.
#[derive(Debug, Clone)]
pub struct Expectations {
    /// The ledger that this should be.
    pub origin: String,
    /// The keys whose checkpoints count.
    pub log_keys: Vec<VerifierKey>,
    /// Signed checkpoints of any age, as notes. They are worth as much as the place that they were kept in.
    pub checkpoints: Vec<String>,
    /// How many entries after the newest checkpoint the auditor takes on trust.
    pub max_unproven_tail: u64,
}

/// The columns that repeat what the entry says.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The column `stream`.
    pub stream: &'a str,
    /// The column `version`.
    pub version: u64,
    /// The column `kind`.
    pub kind: &'a str,
    /// The column `recorded_at`, in milliseconds.
    pub recorded_at_ms: u64,
}

/// One row as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredRow<'a> {
    /// The column `position`.
    pub position: u64,
    /// The column `entry`.
    pub entry: &'a [u8],
    /// The column `hash`, of whatever length it is.
    pub hash: &'a [u8],
    /// The other columns, where the ledger is stored with them.
    pub columns: Option<Columns<'a>>,
}

/// The row before, as far as the next one must fit it.
#[derive(Debug)]
struct Previous {
    computed: Hash,
    /// The stored hash, where it does not fit the bytes: the next entry may still name it.
    stored: Option<Hash>,
    in_place: bool,
}

/// Verifies a ledger while it streams by.
#[derive(Debug)]
pub struct Verifier {
    origin: String,
    max_unproven_tail: u64,
    findings: Findings,
    commitments: Commitments,
    places: Places,
    rules: Rules,
    tree: Frontier,
    previous: Option<Previous>,
    entries: u64,
    first: Option<u64>,
    next_row: u64,
    head: Option<Hash>,
    author_signatures: u64,
    /// Rows are missing, exchanged or changed: what follows cannot keep the writer's rules, and need not.
    disturbed: bool,
}

impl Verifier {
    /// Begins at the beginning of a ledger.
    pub fn new(expected: &Expectations) -> Self {
        let mut findings = Findings::default();
        let Expectations { origin, log_keys, checkpoints, max_unproven_tail } = expected;
        let mut commitments = Commitments::open(origin, log_keys, checkpoints, &mut findings);
        let tree = Frontier::new();
        commitments.compare(&tree, &mut findings);
        Self {
            origin: origin.clone(),
            max_unproven_tail: *max_unproven_tail,
            findings,
            commitments,
            places: Places::new(),
            rules: Rules::default(),
            tree,
            previous: None,
            entries: 0,
            first: None,
            next_row: 0,
            head: None,
            author_signatures: 0,
            disturbed: false,
        }
    }

    /// Takes the next row, in the order of the column `position`.
    pub fn push(&mut self, row: &StoredRow<'_>) {
        self.push_all(slice::from_ref(row));
    }

    /// Takes the next rows, in the order of the column `position`. The report is the same as if they came one by one,
    /// and comes sooner.
    pub fn push_all(&mut self, rows: &[StoredRow<'_>]) {
        for rows in rows.chunks(ROWS_TOGETHER) {
            let said = Said::by_all(rows);
            self.rules.expect(said.iter().filter_map(Said::key));
            let mut keys = 0;
            for (row, said) in rows.iter().zip(&said) {
                self.judge(row, said, keys);
                keys = keys.saturating_add(usize::from(said.key().is_some()));
            }
        }
    }

    /// Judges a row by what its bytes say. Where they carry a key, it is the `nth` one that the rules expect.
    fn judge(&mut self, row: &StoredRow<'_>, said: &Said<'_>, nth: usize) {
        self.check_sequence(row.position);
        let computed = said.hash;
        let fits = row.hash == computed;
        let in_place = match &said.entry {
            _ if !fits => self.report_mutation(row, &computed),
            Ok(entry) => self.check_entry(row, entry, &computed, nth),
            Err(error) => {
                self.disturb(Class::Corrupt, row.position, || error.to_string());
                true
            }
        };
        let stored = if fits { None } else { row.hash.try_into().ok() };
        self.previous = Some(Previous { computed, stored, in_place });
        self.head = Some(computed);
        self.entries = self.entries.saturating_add(1);
        self.tree.append(said.leaf);
        self.commitments.compare(&self.tree, &mut self.findings);
    }

    /// What is wrong so far: the first finding that proves tampering, else the first that could not be checked. For those
    /// who follow a ledger that does not end.
    pub fn first_finding(&self) -> Option<&Finding> {
        self.findings.first_tampering().or(self.findings.first_unchecked())
    }

    /// Ends the ledger and judges it.
    pub fn finish(mut self) -> Report {
        self.places.finish(&mut self.findings);
        self.commitments.find_truncation(self.places.expected(self.next_row), &mut self.findings);
        let coverage = Coverage {
            entries: self.entries,
            first: self.first,
            last: self.first.and_then(|_| self.next_row.checked_sub(1)),
            checkpoints_given: self.commitments.given,
            checkpoints_verified: self.commitments.verified,
            proven_size: self.commitments.proven_size,
            unproven_tail: self.entries.saturating_sub(self.commitments.proven_size.unwrap_or(0)),
            root: self.tree.root(),
            head_hash: self.head,
            author_signatures_unchecked: self.author_signatures,
        };
        Report::new(self.findings, coverage, self.max_unproven_tail)
    }

    fn disturb(&mut self, class: Class, position: u64, detail: impl FnOnce() -> String) {
        self.disturbed = true;
        self.findings.add(class, Some(position), detail);
    }

    /// Rows follow each other without gaps from zero.
    fn check_sequence(&mut self, row: u64) {
        let expected = self.next_row;
        if row > expected {
            let class = if self.first.is_none() { Class::GenesisMissing } else { Class::Missing };
            let position = self.places.expected(expected);
            self.disturb(class, position, || format!("no rows {expected} to {}", row.saturating_sub(1)));
            self.previous = None;
        } else if row < expected {
            self.disturb(Class::Reordered, row, || format!("row {row} comes after row {}", expected.saturating_sub(1)));
            self.previous = None;
        }
        self.first.get_or_insert(row);
        self.next_row = expected.max(row.saturating_add(1));
    }

    /// The content of such a row is not judged: nobody knows whose it is.
    fn report_mutation(&mut self, row: &StoredRow<'_>, computed: &Hash) -> bool {
        self.disturb(Class::Mutated, row.position, || {
            let stream = row.columns.map_or("unknown", |columns| columns.stream);
            let (stored, computed) = (hex::encode(row.hash), hex::encode(computed));
            format!("stream {stream:?}: stored hash {stored:.64}, computed {computed}")
        });
        true
    }

    /// Checks what a row whose hash fits says, and gives whether it stands in its place.
    fn check_entry(&mut self, row: &StoredRow<'_>, entry: &Entry<'_>, computed: &Hash, nth: usize) -> bool {
        if entry.origin != self.origin {
            self.disturb(Class::WrongLedger, row.position, || format!("the entry is of {:?}", entry.origin));
        }
        self.check_columns(row, entry);
        let before = self.findings.total();
        let placed = self.places.place(row.position, entry.position, computed, &mut self.findings);
        self.disturbed |= self.findings.total() != before;
        if placed == Placed::Elsewhere {
            return false;
        }
        if placed == Placed::WithTheOneBefore
            && let Some(previous) = &mut self.previous
        {
            previous.in_place = true;
        }
        self.check_link(row.position, entry);
        if !self.disturbed {
            self.rules.check(entry, nth, &mut self.findings);
        }
        if entry.author_signature.is_some() {
            self.author_signatures = self.author_signatures.saturating_add(1);
        }
        true
    }

    fn check_columns(&mut self, row: &StoredRow<'_>, entry: &Entry<'_>) {
        let Some(columns) = row.columns else { return };
        let wrong = [
            ("stream", columns.stream == entry.stream),
            ("version", columns.version == entry.version),
            ("kind", columns.kind == entry.kind),
            ("recorded_at", columns.recorded_at_ms == entry.recorded_at_ms),
        ];
        for (column, fits) in wrong {
            if !fits {
                let detail = || format!("stream {:?}: the column {column} differs from the entry", entry.stream);
                self.findings.add(Class::Mutated, Some(row.position), detail);
            }
        }
    }

    fn check_link(&mut self, row: u64, entry: &Entry<'_>) {
        let (fits, wanted) = match &self.previous {
            Some(previous) if !previous.in_place => return,
            Some(previous) => {
                let named = previous.computed == entry.prev_hash || previous.stored == Some(entry.prev_hash);
                (named, previous.computed)
            }
            None if entry.position == 0 => (entry.prev_hash == GENESIS_PREV, GENESIS_PREV),
            None => return,
        };
        if !fits {
            self.disturb(Class::ChainBreak, row, || {
                let (named, wanted) = (hex::encode(entry.prev_hash), hex::encode(wanted));
                format!("the entry names {named}, the one before has {wanted}: one of the two was replaced")
            });
        }
    }
}

#[cfg(test)]
mod tests;
