//! Do the entries lie about the time? What a block holds was there before it, and who names a block came after it.

use super::{
    Outcome,
    walk::{Place, Prefix, Said},
};
use crate::utc::utc;
use edgecoder_anchoring::evidence::{AnchorVerdict, Trust};

/// The time of a block may be so far from the hour that it was found.
const BLOCK_TIME_IS_OFF_BY_MS: u64 = 2 * 60 * 60 * 1000;

/// The outcome, unless the time of a block that holds the anchor contradicts that of an entry.
pub fn compared(outcome: Outcome, anchor: &Said, prefix: Prefix) -> Outcome {
    let Outcome::Judged(verdicts) = &outcome else { return outcome };
    let contradiction = verdicts.iter().filter_map(block_of).find_map(|(height, seconds)| {
        let block_ms = u64::from(seconds).saturating_mul(1000);
        // A promise names no block; who serves its proof may have a newer one, with the block.
        let names_block = anchor.newest.height().is_some();
        let early = names_block.then(|| too_early(anchor.newest_at, height, block_ms)).flatten();
        early.or_else(|| too_late(prefix.last, height, block_ms))
    });
    contradiction.map_or(outcome, Outcome::Misdated)
}

/// The outcome, unless the last entry that the anchor commits to says that it was recorded after the block.
pub fn held(outcome: Outcome, last: Place) -> Outcome {
    let Outcome::Judged(verdicts) = &outcome else { return outcome };
    let mut blocks = verdicts.iter().filter_map(block_of);
    let late = blocks.find_map(|(height, seconds)| too_late(last, height, u64::from(seconds).saturating_mul(1000)));
    late.map_or(outcome, Outcome::Misdated)
}

/// Height and time of the block that holds it. A header that was only supplied can have any time, so it contradicts
/// nobody.
fn block_of(verdict: &AnchorVerdict) -> Option<(u32, u32)> {
    match verdict {
        AnchorVerdict::Confirmed { height, time, trust, .. } | AnchorVerdict::Tentative { height, time, trust, .. } => {
            (*trust != Trust::SuppliedHeader).then_some((*height, *time))
        }
        AnchorVerdict::Pending { .. }
        | AnchorVerdict::Ahead { .. }
        | AnchorVerdict::Unsettled { .. }
        | AnchorVerdict::Orphaned { .. }
        | AnchorVerdict::Invalid(_)
        | AnchorVerdict::Unknown { .. } => None,
    }
}

/// The entry names a block that was not there yet when it says it was recorded.
fn too_early(entry: Place, height: u32, block_ms: u64) -> Option<String> {
    let Place { position, recorded_ms } = entry;
    (recorded_ms.saturating_add(BLOCK_TIME_IS_OFF_BY_MS) < block_ms).then(|| {
        format!("ts of {position} ({}) earlier than block {height} that it names ({})", utc(recorded_ms), utc(block_ms))
    })
}

/// The block holds an entry that says it was recorded later.
fn too_late(entry: Place, height: u32, block_ms: u64) -> Option<String> {
    let Place { position, recorded_ms } = entry;
    (block_ms.saturating_add(BLOCK_TIME_IS_OFF_BY_MS) < recorded_ms).then(|| {
        format!("ts of {position} ({}) later than block {height} that holds it ({})", utc(recorded_ms), utc(block_ms))
    })
}
