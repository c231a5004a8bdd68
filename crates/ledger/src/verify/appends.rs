//! Was an idempotency key used by two appends?
//!
//! The keys of a long ledger lie in more memory than a processor has near it, and to wait for each one would take as
//! long as a hash. Those of the next entries are therefore looked up together, with nothing else in between, so that
//! the processor waits for many at once; what they mean is still judged entry by entry.

use super::fingerprint::AsItIs;
use crate::entry::Entry;
use std::collections::HashSet;

/// The idempotency keys that were used. The entries of one append carry the same key one after the other.
#[derive(Debug, Default)]
pub(super) struct Appends {
    seen: HashSet<u128, AsItIs>,
    expected: Vec<Expected>,
    /// Those of the expected keys that were used since, and are not among those seen yet.
    fresh: HashSet<u128, AsItIs>,
    latest: Option<u128>,
    latest_ms: u64,
    latest_position: u64,
    latest_correlation: [u8; 16],
}

/// A key that is about to be used.
#[derive(Debug, Clone, Copy)]
struct Expected {
    key: u128,
    seen: bool,
}

impl Appends {
    /// Looks up the keys of the entries that come next.
    pub fn expect(&mut self, keys: impl Iterator<Item = u128>) {
        self.seen.extend(self.fresh.drain());
        self.expected.clear();
        self.expected.extend(keys.map(|key| Expected { key, seen: false }));
        for expected in &mut self.expected {
            expected.seen = self.seen.contains(&expected.key);
        }
    }

    /// Whether another append used the key of this entry before: the `nth` one of those expected.
    pub fn repeats(&mut self, entry: &Entry<'_>, nth: usize) -> bool {
        let Expected { key, seen } = self.expected[nth];
        let same_append = self.latest == Some(key)
            && self.latest_position.checked_add(1) == Some(entry.position)
            && self.latest_ms == entry.recorded_at_ms
            && self.latest_correlation == entry.correlation_id;
        self.latest = Some(key);
        self.latest_position = entry.position;
        self.latest_ms = entry.recorded_at_ms;
        self.latest_correlation = entry.correlation_id;
        !same_append && (seen || !self.fresh.insert(key))
    }
}
