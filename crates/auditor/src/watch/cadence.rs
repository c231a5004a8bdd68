//! Do anchors come as often as this log had them before, and do they reach a block as soon as others did?

use super::{Alert, alert::Found};
use crate::{
    anchors::{EntryPlace, Said},
    utc::utc,
};
use edgecoder_events::UnixMillis;

/// How many of the newest anchors tell how often they come. A settings change is forgotten after so many.
const TELLING: usize = 8;
/// From so many on there is a cadence.
const FEWEST: usize = 3;
/// How many times as long as it ever took before is too long.
const PATIENCE: u64 = 2;

/// What is late. `waiting` is the first entry after the newest request that is not about an anchor itself.
pub(super) fn overdue(said: &[&Said], waiting: Option<EntryPlace>, now: UnixMillis) -> Option<Alert> {
    waiting.and_then(|waiting| not_asked_for(said, waiting, now)).or_else(|| not_in_a_block(said, now))
}

/// Entries wait for an anchor, and none is asked for. The time counts from when the log moved again.
fn not_asked_for(said: &[&Said], waiting: EntryPlace, now: UnixMillis) -> Option<Alert> {
    let telling = &said[said.len().saturating_sub(TELLING)..];
    let last = telling.last().filter(|_| telling.len() >= FEWEST)?;
    let gaps = telling.windows(2).map(|pair| pair[1].requested_ms.saturating_sub(pair[0].requested_ms));
    let longest = gaps.max().unwrap_or(0);
    let waited = now.ms_since(UnixMillis(waiting.recorded_ms));
    let detail = || {
        let (since, before) = (utc(waiting.recorded_ms), utc(last.requested_ms));
        let (position, seconds) = (waiting.position, longest / 1_000);
        format!(
            "entry {position} waits for an anchor since {since}; they came every {seconds} s or sooner until {before}"
        )
    };
    (waited > longest.saturating_mul(PATIENCE)).then(|| Alert::new(Found::StaleAnchors, detail()))
}

/// The oldest anchor that is on its way waits longer than any before it did.
fn not_in_a_block(said: &[&Said], now: UnixMillis) -> Option<Alert> {
    let took = |it: &&Said| it.newest.is_final().then(|| it.newest_at.recorded_ms.saturating_sub(it.requested_ms));
    let before: Vec<u64> = said.iter().rev().filter_map(took).take(TELLING).collect();
    let longest = before.iter().max().filter(|_| before.len() >= FEWEST)?;
    let oldest = said.iter().find(|it| !it.newest.is_final())?;
    let waited = now.ms_since(UnixMillis(oldest.requested_ms));
    let detail = || {
        format!(
            "the anchor of size {} is on its way since {}; those before took {} s or less",
            oldest.size,
            utc(oldest.requested_ms),
            longest / 1_000
        )
    };
    (waited > longest.saturating_mul(PATIENCE))
        .then(|| Alert::new(Found::StaleAnchors, detail()).about(oldest.checkpoint))
}
