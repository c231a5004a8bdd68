//! What is to be done about an anchor now? Decided from what was written down and what was seen, and from nothing else.

use super::{
    cost::anchor_fee_sat,
    fact::{Anchor, AnchorFact, Attempt},
    spending::dearest_today_sat,
};
use crate::{chain::SatPerVbyte, evidence::CONFIRMED_AT, headers::KnownBlock};
use bitcoin::Txid;
use edgecoder_events::UnixMillis;

/// No anchor is tried more often.
const MAX_ATTEMPTS: usize = 12;
/// A replacement must pay so much more, or nodes do not pass it on.
const RAISE_PERCENT: u64 = 125;

/// What an operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorPolicy {
    /// The wait that is paid for.
    pub target_blocks: u16,
    /// What is paid where nobody knows the market.
    pub unknown_rate: SatPerVbyte,
    pub highest_rate: SatPerVbyte,
    /// The fees of all that is written down in any 24 hours, should everything of it get into a block that can.
    ///
    /// The day of a fee is that of its intent, not of its block: what waits from earlier days may be mined beside it.
    pub daily_cap_sat: u64,
    /// After so long without a block the fee is raised to the market's, if that has grown; and after so long another
    /// transaction is tried where a node refused one.
    pub patience_ms: u64,
}

/// What the chain shows of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub tip_height: u32,
    /// The block that holds one of its transactions.
    pub in_block: Option<(Txid, KnownBlock)>,
    /// Whether the current transaction waits at a node.
    pub is_waiting: bool,
}

/// What the market and the purse allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    pub rate: SatPerVbyte,
    /// What may still be spent today.
    pub left_sat: u64,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// Build a transaction, write it down, send it.
    Build { rate: SatPerVbyte },
    /// Send what was written down: again, or for the first time after a crash.
    Send(Attempt),
    /// Pay more for the one that waits.
    Raise { waiting: Attempt, rate: SatPerVbyte },
    /// Nothing is due.
    Wait,
    /// The day's cap is used up.
    WaitForTomorrow,
    /// Tried too often: a person must look.
    GiveUp,
}

/// What has happened since the last look.
pub fn what_happened(anchor: &Anchor, seen: &Seen) -> Vec<AnchorFact> {
    let mut facts = Vec::new();
    let before = anchor.included;
    if before != seen.in_block {
        facts.extend(before.map(|(txid, block)| AnchorFact::Orphaned { txid, block }));
        facts.extend(seen.in_block.map(|(txid, block)| AnchorFact::Included { txid, block }));
    }
    let was_confirmed = anchor.confirmed && before == seen.in_block;
    if let Some((txid, block)) = seen.in_block {
        let confirmations = seen.tip_height.saturating_sub(block.height).saturating_add(1);
        if confirmations >= CONFIRMED_AT && !was_confirmed {
            facts.push(AnchorFact::Confirmed { txid, block });
        }
    }
    facts
}

/// What is to be done next.
pub fn next_step(anchor: &Anchor, seen: &Seen, policy: &AnchorPolicy, means: Means, now: UnixMillis) -> NextStep {
    if anchor.included.is_some() {
        return NextStep::Wait;
    }
    // The next one takes the place of the dearest: both can never be in a block.
    let extra_sat = anchor_fee_sat(means.rate).saturating_sub(dearest_today_sat(anchor, now));
    let waited_ms = anchor.attempts.last().map_or(u64::MAX, |newest| now.ms_since(newest.at));
    let Some(current) = anchor.current() else {
        return match anchor.attempts.len() {
            MAX_ATTEMPTS.. => NextStep::GiveUp,
            // What a node refuses now it will refuse in a second, too.
            _ if waited_ms < policy.patience_ms => NextStep::Wait,
            _ if means.left_sat < extra_sat => NextStep::WaitForTomorrow,
            _ => NextStep::Build { rate: means.rate },
        };
    };
    if !seen.is_waiting {
        return NextStep::Send(current.clone());
    }
    let paid = anchor.attempts.iter().filter(|attempt| !attempt.given_up).map(|attempt| attempt.rate_sat_per_vbyte);
    let least = paid.max().unwrap_or(0).saturating_mul(RAISE_PERCENT).div_ceil(100);
    if waited_ms < policy.patience_ms || means.rate.0 < least || anchor.attempts.len() >= MAX_ATTEMPTS {
        return NextStep::Wait;
    }
    if means.left_sat < extra_sat {
        return NextStep::WaitForTomorrow;
    }
    NextStep::Raise { waiting: current.clone(), rate: means.rate }
}

#[cfg(test)]
mod tests;
