use super::*;
use crate::{anchor::AttemptKind, evidence::Commitment};
use bitcoin::{BlockHash, hashes::Hash};
use proptest::prelude::*;

const POLICY: AnchorPolicy = AnchorPolicy {
    target_blocks: 6,
    unknown_rate: SatPerVbyte(2),
    highest_rate: SatPerVbyte(50),
    daily_cap_sat: 10_000,
    patience_ms: 60_000,
};
const MEANS: Means = Means { rate: SatPerVbyte(10), left_sat: 10_000 };
const NOTHING: Seen = Seen { tip_height: 100, in_block: None, is_waiting: false };
const WAITING: Seen = Seen { is_waiting: true, ..NOTHING };

fn txid(mark: u8) -> Txid {
    Txid::from_byte_array([mark; 32])
}

fn block(height: u32, mark: u8) -> KnownBlock {
    KnownBlock { height, hash: BlockHash::from_byte_array([mark; 32]) }
}

fn attempt(mark: u8, rate: u64) -> Attempt {
    Attempt {
        kind: AttemptKind::First,
        txid: txid(mark),
        raw: String::new(),
        fee_sat: rate * 150,
        rate_sat_per_vbyte: rate,
        at: UnixMillis(1000),
        given_up: false,
    }
}

fn after(facts: &[AnchorFact]) -> Anchor {
    let mut anchor = Anchor::wanted(Commitment([1; 32]), UnixMillis(0));
    for fact in facts {
        anchor.evolve(fact);
    }
    anchor
}

fn next(anchor: &Anchor, seen: &Seen, now: u64) -> NextStep {
    next_step(anchor, seen, &POLICY, MEANS, UnixMillis(now))
}

#[test]
fn what_is_wanted_is_built_at_the_markets_rate() {
    assert_eq!(next(&after(&[]), &NOTHING, 1000), NextStep::Build { rate: SatPerVbyte(10) });
}

#[test]
fn what_was_intended_is_sent_and_nothing_else_is_built() {
    let anchor = after(&[AnchorFact::Intended(attempt(1, 10))]);
    assert_eq!(next(&anchor, &NOTHING, 1_000_000_000), NextStep::Send(attempt(1, 10)));
}

#[test]
fn what_waits_is_left_alone_until_patience_ends_and_the_market_has_risen() {
    let anchor = after(&[AnchorFact::Intended(attempt(1, 4))]);
    assert_eq!(next(&anchor, &WAITING, 60_999), NextStep::Wait);
    let raise = NextStep::Raise { waiting: attempt(1, 4), rate: SatPerVbyte(10) };
    assert_eq!(next(&anchor, &WAITING, 61_000), raise);
    let dear = after(&[AnchorFact::Intended(attempt(1, 9))]);
    assert_eq!(next(&dear, &WAITING, 61_000), NextStep::Wait);
}

#[test]
fn a_refused_replacement_leaves_the_first_in_place() {
    let refused = Attempt { kind: AttemptKind::Replacement, ..attempt(2, 10) };
    let gone = AnchorFact::GivenUp { txid: txid(2), said: "no".to_owned() };
    let anchor = after(&[AnchorFact::Intended(attempt(1, 4)), AnchorFact::Intended(refused), gone]);
    assert_eq!(anchor.current(), Some(&attempt(1, 4)));
}

#[test]
fn nothing_is_built_when_the_days_cap_is_used_up() {
    let broke = Means { left_sat: 0, ..MEANS };
    let step = next_step(&after(&[]), &NOTHING, &POLICY, broke, UnixMillis(0));
    assert_eq!(step, NextStep::WaitForTomorrow);
    let replaceable = after(&[AnchorFact::Intended(attempt(1, 4))]);
    let step = |left_sat| next_step(&replaceable, &WAITING, &POLICY, Means { left_sat, ..MEANS }, UnixMillis(61_000));
    assert_eq!(step(959), NextStep::WaitForTomorrow, "1560 in the place of 600");
    assert_eq!(step(960), NextStep::Raise { waiting: attempt(1, 4), rate: SatPerVbyte(10) });
}

#[test]
fn tries_come_to_an_end() {
    let tries = (1..=12).flat_map(|mark| {
        let gone = AnchorFact::GivenUp { txid: txid(mark), said: String::new() };
        [AnchorFact::Intended(attempt(mark, 1)), gone]
    });
    assert_eq!(next(&after(&tries.collect::<Vec<_>>()), &NOTHING, 0), NextStep::GiveUp);
}

#[test]
fn what_was_refused_is_not_tried_again_at_once() {
    let gone = AnchorFact::GivenUp { txid: txid(1), said: String::new() };
    let anchor = after(&[AnchorFact::Intended(attempt(1, 1)), gone]);
    assert_eq!(next(&anchor, &NOTHING, 60_999), NextStep::Wait);
    assert_eq!(next(&anchor, &NOTHING, 61_000), NextStep::Build { rate: SatPerVbyte(10) });
}

#[test]
fn six_blocks_confirm_and_a_lost_block_orphans() {
    let anchor = after(&[AnchorFact::Intended(attempt(1, 4))]);
    let (here, there) = (block(95, 1), block(96, 2));
    let seen = |at: Option<KnownBlock>, tip_height| Seen {
        tip_height,
        in_block: at.map(|block| (txid(1), block)),
        is_waiting: false,
    };
    let included = AnchorFact::Included { txid: txid(1), block: here };
    let confirmed = AnchorFact::Confirmed { txid: txid(1), block: here };
    assert_eq!(what_happened(&anchor, &seen(Some(here), 99)), std::slice::from_ref(&included));
    assert_eq!(what_happened(&anchor, &seen(Some(here), 100)), [included.clone(), confirmed.clone()]);
    let settled = after(&[AnchorFact::Intended(attempt(1, 4)), included, confirmed]);
    assert_eq!(what_happened(&settled, &seen(Some(here), 101)), []);
    let orphaned = AnchorFact::Orphaned { txid: txid(1), block: here };
    assert_eq!(what_happened(&settled, &seen(None, 101)), std::slice::from_ref(&orphaned));
    let again = AnchorFact::Included { txid: txid(1), block: there };
    let confirmed = AnchorFact::Confirmed { txid: txid(1), block: there };
    assert_eq!(what_happened(&settled, &seen(Some(there), 101)), [orphaned.clone(), again, confirmed]);
    let mut lost = settled;
    lost.evolve(&orphaned);
    assert_eq!((lost.confirmed, lost.orphaned), (false, 1));
    assert_eq!(next(&lost, &NOTHING, 2000), NextStep::Send(attempt(1, 4)), "the same transaction, not another");
}

fn any_fact() -> impl Strategy<Value = AnchorFact> {
    let block = (90_u32..110, 0_u8..3).prop_map(|(height, mark)| block(height, mark));
    (0_u8..4, 0_u8..6, block).prop_map(|(mark, kind, block)| match kind {
        0 => AnchorFact::Intended(attempt(mark, 4)),
        1 => AnchorFact::Sent { txid: txid(mark) },
        2 => AnchorFact::GivenUp { txid: txid(mark), said: String::new() },
        3 => AnchorFact::Included { txid: txid(mark), block },
        4 => AnchorFact::Confirmed { txid: txid(mark), block },
        _ => AnchorFact::Orphaned { txid: txid(mark), block },
    })
}

proptest! {
    #[test]
    fn while_a_transaction_may_still_be_taken_no_other_is_built(facts in prop::collection::vec(any_fact(), 0..20)) {
        let anchor = after(&facts);
        let built = matches!(next(&anchor, &NOTHING, 2000), NextStep::Build { .. });
        prop_assert!(!built || anchor.current().is_none());
    }

    #[test]
    fn what_happened_is_news_once(facts in prop::collection::vec(any_fact(), 0..20), height in 90_u32..110, seen in any::<bool>()) {
        let mut anchor = after(&facts);
        let seen = Seen { in_block: seen.then(|| (txid(1), block(height, 1))), tip_height: 110, is_waiting: false };
        for fact in what_happened(&anchor, &seen) {
            anchor.evolve(&fact);
        }
        prop_assert_eq!(what_happened(&anchor, &seen), []);
    }
}

#[test]
fn the_transaction_of_an_anchor_is_the_one_in_a_block_else_the_newest() {
    let mut anchor = after(&[AnchorFact::Intended(attempt(1, 4)), AnchorFact::Intended(attempt(2, 8))]);
    assert_eq!(anchor.transaction().map(|it| it.txid), Some(txid(2)));
    anchor.evolve(&AnchorFact::Included { txid: txid(1), block: block(100, 1) });
    assert_eq!(anchor.transaction().map(|it| it.txid), Some(txid(1)));
}
