//! What may the transactions of a day cost at worst? As much as can be in blocks, whatever a node says of them.

use super::fact::{Anchor, Attempt};
use crate::rivals::{Lineage, Rivals, exclude_each_other};
use edgecoder_events::UnixMillis;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Transactions of which one at most can be in a block.
struct Alternatives {
    lineages: Vec<Lineage>,
    dearest_sat: u64,
}

/// What all anchors of the last 24 hours may cost.
pub fn spent_today_sat(anchors: &[Anchor], rivals: &Rivals, now: UnixMillis) -> u64 {
    anchors.iter().map(|anchor| worst_case_sat(anchor, rivals, now)).fold(0, u64::saturating_add)
}

/// What one anchor's transactions of the last 24 hours may cost, given up or not. Those that exclude each other cost as
/// much as the dearest of them; where that cannot be shown, each is counted.
pub fn worst_case_sat(anchor: &Anchor, rivals: &Rivals, now: UnixMillis) -> u64 {
    let attempts: Vec<_> = today(anchor, now).collect();
    if let [only] = attempts[..] {
        return only.fee_sat;
    }
    let mut groups: Vec<Alternatives> = Vec::new();
    for attempt in attempts {
        let lineage = attempt.lineage(rivals).unwrap_or_default();
        let excluded = |group: &&mut Alternatives| group.lineages.iter().all(|it| exclude_each_other(it, &lineage));
        match groups.iter_mut().find(excluded) {
            Some(group) => {
                group.dearest_sat = group.dearest_sat.max(attempt.fee_sat);
                group.lineages.push(lineage);
            }
            None => groups.push(Alternatives { lineages: vec![lineage], dearest_sat: attempt.fee_sat }),
        }
    }
    groups.iter().map(|group| group.dearest_sat).fold(0, u64::saturating_add)
}

/// The most that a transaction of the last 24 hours costs which carries the commitment.
pub fn dearest_today_sat(anchor: &Anchor, now: UnixMillis) -> u64 {
    anchor.carrying().filter(|attempt| is_of_today(attempt, now)).map(|attempt| attempt.fee_sat).max().unwrap_or(0)
}

/// Whether the day's cap still counts some of it.
pub fn paid_today(anchor: &Anchor, now: UnixMillis) -> bool {
    today(anchor, now).next().is_some()
}

fn today(anchor: &Anchor, now: UnixMillis) -> impl Iterator<Item = &Attempt> {
    anchor.attempts.iter().filter(move |attempt| is_of_today(attempt, now))
}

fn is_of_today(attempt: &Attempt, now: UnixMillis) -> bool {
    now.ms_since(attempt.at) < DAY_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        anchor::{AnchorFact, AttemptKind},
        evidence::Commitment,
    };
    use bitcoin::{
        Amount, OutPoint, ScriptBuf, Transaction, TxIn, TxOut, Txid, absolute::LockTime,
        consensus::encode::serialize_hex, hashes::Hash, transaction::Version,
    };

    const NOW: UnixMillis = UnixMillis(2000);

    fn attempt(kind: AttemptKind, coin: OutPoint, fee_sat: u64) -> Attempt {
        let transaction = Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: vec![TxIn { previous_output: coin, ..TxIn::default() }],
            output: vec![TxOut { value: Amount::from_sat(90_000 - fee_sat), script_pubkey: ScriptBuf::new() }],
        };
        let (txid, raw) = (transaction.compute_txid(), serialize_hex(&transaction));
        Attempt { kind, txid, raw, fee_sat, rate_sat_per_vbyte: 1, at: UnixMillis(1000), given_up: false }
    }

    fn coin(mark: u8) -> OutPoint {
        OutPoint::new(Txid::from_byte_array([mark; 32]), 0)
    }

    fn with(attempts: &[Attempt]) -> Anchor {
        let mut anchor = Anchor::wanted(Commitment([1; 32]), UnixMillis(0));
        for attempt in attempts {
            anchor.evolve(&AnchorFact::Intended(attempt.clone()));
        }
        anchor
    }

    fn spent_sat(anchor: &Anchor, now: UnixMillis) -> u64 {
        let mut rivals = Rivals::default();
        rivals.learn(anchor.attempts.iter().filter_map(Attempt::transaction).map(Into::into));
        spent_today_sat(std::slice::from_ref(anchor), &rivals, now)
    }

    #[test]
    fn of_transactions_that_exclude_each_other_one_is_counted_and_its_child_beside_it() {
        let first = attempt(AttemptKind::First, coin(1), 600);
        let dearer = attempt(AttemptKind::Replacement, coin(1), 1500);
        let child = attempt(AttemptKind::Child, OutPoint::new(first.txid, 0), 300);
        let replaced = with(&[first, dearer, child]);
        assert_eq!(spent_sat(&replaced, NOW), 1500 + 300);
        assert_eq!(dearest_today_sat(&replaced, NOW), 1500, "a child is paid beside it");
        assert_eq!(spent_sat(&replaced, UnixMillis(1000 + DAY_MS)), 0);
    }

    #[test]
    fn transactions_that_may_both_be_in_a_block_are_both_counted_given_up_or_not() {
        let (one, other) = (attempt(AttemptKind::First, coin(1), 600), attempt(AttemptKind::First, coin(2), 500));
        let mut anchor = with(&[one.clone(), other]);
        anchor.evolve(&AnchorFact::GivenUp { txid: one.txid, said: String::new() });
        assert_eq!(spent_sat(&anchor, NOW), 600 + 500);
        let unreadable = Attempt { raw: String::new(), ..one.clone() };
        assert_eq!(spent_sat(&with(&[one, unreadable]), NOW), 600 + 600);
    }
}
