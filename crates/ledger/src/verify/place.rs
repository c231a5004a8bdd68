//! Is an entry where it belongs, and if not, was something removed, inserted or exchanged?
//!
//! An entry carries its own position, so a row that was moved shows itself. One row alone does not say why: only the
//! next one tells whether everything after it is shifted (rows were removed or inserted and the rest renumbered) or
//! whether it stands wrong alone (rows were exchanged). Offsets are taken modulo 2^64, so a shift to the front is a
//! very large one to the back.

use super::finding::{Class, Findings};
use crate::tree::Hash;

/// How far back a copy of an entry is recognised. A power of two.
const REMEMBERED_HASHES: usize = 1024;

/// A row that holds the entry of another place, until the next row explains it.
#[derive(Debug, Clone, Copy)]
struct Displaced {
    row: u64,
    /// Relative to the shift known so far.
    offset: u64,
    is_copy: bool,
}

/// Follows where the entries stand.
#[derive(Debug)]
pub(super) struct Places {
    /// What to add to a row's position to get the position that its entry should have.
    shift: u64,
    unexplained: Option<Displaced>,
    recent: Vec<(u64, Hash)>,
}

/// What placing a row showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// It stands where it belongs.
    Here,
    /// So does it, and it explains the row before: that one belongs directly before it.
    WithTheOneBefore,
    /// It does not.
    Elsewhere,
}

impl Places {
    pub fn new() -> Self {
        Self { shift: 0, unexplained: None, recent: vec![(u64::MAX, [0; 32]); REMEMBERED_HASHES] }
    }

    /// The position of the entry that belongs into a row.
    pub const fn expected(&self, row: u64) -> u64 {
        row.wrapping_add(self.shift)
    }

    /// Places the entry with position `position` that was read from row `row`.
    pub fn place(&mut self, row: u64, position: u64, hash: &Hash, findings: &mut Findings) -> Placed {
        let explained = self.explain(row, position, findings);
        let offset = position.wrapping_sub(self.expected(row));
        if offset != 0 {
            let is_copy = self.remembered(position.wrapping_sub(self.shift)) == Some(hash);
            self.unexplained = Some(Displaced { row, offset, is_copy });
        }
        self.remember(row, hash);
        match (offset, explained) {
            (0, true) => Placed::WithTheOneBefore,
            (0, false) => Placed::Here,
            _ => Placed::Elsewhere,
        }
    }

    /// Explains a displaced row by the one after it; says whether both are shifted by the same.
    fn explain(&mut self, row: u64, position: u64, findings: &mut Findings) -> bool {
        let Some(displaced) = self.unexplained.take() else { return false };
        let shifted = position.wrapping_sub(self.expected(row)) == displaced.offset;
        if shifted {
            self.report_shift(displaced, findings);
        } else {
            let (row, holds) = (displaced.row, self.expected(displaced.row).wrapping_add(displaced.offset));
            let what = if displaced.is_copy { "a copy of entry" } else { "entry" };
            findings.add(Class::Reordered, Some(row), || format!("row {row} holds {what} {holds}"));
        }
        shifted
    }

    /// Explains a row that was displaced when the ledger ended.
    pub fn finish(&mut self, findings: &mut Findings) {
        let Some(displaced) = self.unexplained.take() else { return };
        if displaced.is_copy {
            let (row, holds) = (displaced.row, self.expected(displaced.row).wrapping_add(displaced.offset));
            findings.add(Class::Inserted, Some(row), || format!("row {row} is a copy of entry {holds}"));
        } else {
            self.report_shift(displaced, findings);
        }
    }

    fn report_shift(&mut self, displaced: Displaced, findings: &mut Findings) {
        let Displaced { row, offset, .. } = displaced;
        let expected = self.expected(row);
        self.shift = self.shift.wrapping_add(offset);
        if i64::from_ne_bytes(offset.to_ne_bytes()) < 0 {
            let count = offset.wrapping_neg();
            let first = row.saturating_sub(count);
            findings.add(Class::Inserted, Some(first), || {
                format!("{count} rows stand before entry {}, which is now in row {row}", self.expected(row))
            });
        } else {
            let class = if expected == 0 { Class::GenesisMissing } else { Class::Missing };
            findings.add(class, Some(expected), || {
                format!("{offset} entries are not there and the rest is renumbered: row {row} holds the next")
            });
        }
    }

    fn slot(row: u64) -> usize {
        usize::try_from(row).unwrap_or(usize::MAX) & (REMEMBERED_HASHES - 1)
    }

    fn remember(&mut self, row: u64, hash: &Hash) {
        self.recent[Self::slot(row)] = (row, *hash);
    }

    fn remembered(&self, row: u64) -> Option<&Hash> {
        let (of, hash) = &self.recent[Self::slot(row)];
        (*of == row).then_some(hash)
    }
}
