//! Some rows that follow each other, in one piece of memory.

use edgecoder_ledger::verify::{Columns, StoredRow};

/// What stands for a text or a number that no entry has: such a row is reported as changed.
const NO_TEXT: &str = "\u{fffd}";
const NO_NUMBER: u64 = u64::MAX;

/// Which of a row's four contents is the entry.
const ENTRY: usize = 2;

/// Rows in the order of their positions.
#[derive(Debug, Default)]
pub struct Page {
    bytes: Vec<u8>,
    rows: Vec<Span>,
    /// Whether there is nothing beside the entries: a log that is served has no columns.
    bare: bool,
}

/// One row: its numbers, and the lengths of its four contents, which follow each other from `start`.
#[derive(Debug, Clone, Copy)]
struct Span {
    numbers: Numbers,
    start: usize,
    lengths: [usize; 4],
}

/// The columns of a row that are numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub position: i64,
    pub version: i64,
    pub recorded_at: i64,
}

impl Page {
    /// Takes contents that are to be cut into rows by [`Self::cut`].
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// A page of entries without columns.
    pub(super) fn bare() -> Self {
        Self { bare: true, ..Self::default() }
    }

    /// Those rows whose entry is wanted.
    pub(super) fn only(mut self, wanted: impl Fn(&[u8]) -> bool) -> Self {
        let rows = std::mem::take(&mut self.rows);
        self.rows = rows.into_iter().filter(|row| wanted(self.contents(row)[ENTRY])).collect();
        self
    }

    /// Cuts the next row off the contents; `None` where they are too short, or the position is below zero or not above
    /// the one before. A damaged tree of SQLite's may yield rows in any order, and for ever.
    pub(super) fn cut(&mut self, numbers: Numbers, lengths: [usize; 4]) -> Option<()> {
        let start = self.end();
        let row = lengths.iter().try_fold(start, |end, length| end.checked_add(*length));
        let in_order = self.last().map_or(0, |last| last.saturating_add(1)) <= numbers.position;
        if !in_order || row.is_none_or(|end| end > self.bytes.len()) {
            return None;
        }
        self.rows.push(Span { numbers, start, lengths });
        Some(())
    }

    /// Adds a row: stream, kind, entry, hash.
    pub(super) fn push(&mut self, numbers: Numbers, contents: [&[u8]; 4]) -> Option<()> {
        for content in contents {
            self.bytes.extend_from_slice(content);
        }
        self.cut(numbers, contents.map(<[u8]>::len))
    }

    /// Whether all contents are part of a row.
    pub(super) fn is_whole(&self) -> bool {
        self.end() == self.bytes.len()
    }

    fn end(&self) -> usize {
        self.rows.last().map_or(0, |last| last.start + last.lengths.iter().sum::<usize>())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The last row's position.
    pub fn last(&self) -> Option<i64> {
        self.rows.last().map(|row| row.numbers.position)
    }

    /// The first row's position.
    pub fn first(&self) -> Option<i64> {
        self.rows.first().map(|row| row.numbers.position)
    }

    /// The rows.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = StoredRow<'_>> {
        self.rows.iter().map(|row| self.row(row))
    }

    /// The entries of the rows, as they are stored.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().map(|row| self.contents(row)[ENTRY])
    }

    fn contents(&self, row: &Span) -> [&[u8]; 4] {
        let mut rest = &self.bytes[row.start..];
        row.lengths.map(|length| {
            let (content, after) = rest.split_at(length);
            rest = after;
            content
        })
    }

    fn row(&self, row: &Span) -> StoredRow<'_> {
        let [stream, kind, entry, hash] = self.contents(row);
        let number = |number: i64| u64::try_from(number).unwrap_or(NO_NUMBER);
        let columns = Columns {
            stream: std::str::from_utf8(stream).unwrap_or(NO_TEXT),
            version: number(row.numbers.version),
            kind: std::str::from_utf8(kind).unwrap_or(NO_TEXT),
            recorded_at_ms: number(row.numbers.recorded_at),
        };
        let columns = (!self.bare).then_some(columns);
        StoredRow { position: number(row.numbers.position), entry, hash, columns }
    }
}
