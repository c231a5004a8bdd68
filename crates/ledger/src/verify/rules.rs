//! Did the writer keep the rules of the ledger: time, stream versions, idempotency keys?

use super::{
    appends::Appends,
    finding::{Class, Findings},
    fingerprint::{AsItIs, Fingerprints},
};
use crate::entry::Entry;
use std::collections::HashMap;

/// What must be remembered of the entries so far. Memory grows with streams and keys: 40 to 80 bytes per stream and
/// 20 to 40 per key, whatever their length.
#[derive(Debug, Default)]
pub(super) struct Rules {
    latest_ms: u64,
    fingerprints: Fingerprints,
    versions: HashMap<u128, u64, AsItIs>,
    appends: Appends,
}

impl Rules {
    /// Makes ready for entries that are about to be checked; `keys` are theirs, in their order.
    pub fn expect<'a>(&mut self, keys: impl Iterator<Item = &'a [u8]>) {
        let Self { fingerprints, appends, .. } = self;
        appends.expect(keys.map(|key| fingerprints.of(key)));
    }

    /// Checks the next entry. Where it has a key, it is the `nth` one of those expected.
    pub fn check(&mut self, entry: &Entry<'_>, nth: usize, findings: &mut Findings) {
        self.check_time(entry, findings);
        self.check_version(entry, findings);
        if let Some(key) = entry.idempotency_key
            && self.appends.repeats(entry, nth)
        {
            findings.add(Class::DuplicateKey, Some(entry.position), || {
                format!("an earlier append used the idempotency key {}", hex::encode(key))
            });
        }
    }

    fn check_time(&mut self, entry: &Entry<'_>, findings: &mut Findings) {
        if entry.recorded_at_ms < self.latest_ms {
            findings.add(Class::NonMonotonicTime, Some(entry.position), || {
                format!("recorded at {} ms, after {} ms", entry.recorded_at_ms, self.latest_ms)
            });
        }
        self.latest_ms = entry.recorded_at_ms;
    }

    fn check_version(&mut self, entry: &Entry<'_>, findings: &mut Findings) {
        let stream = self.fingerprints.of(entry.stream.as_bytes());
        let before = self.versions.insert(stream, entry.version).unwrap_or(0);
        if before.checked_add(1) != Some(entry.version) {
            findings.add(Class::VersionBreak, Some(entry.position), || {
                format!("stream {:?} goes from version {before} to {}", entry.stream, entry.version)
            });
        }
    }
}
