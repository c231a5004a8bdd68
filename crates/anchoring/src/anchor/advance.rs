//! How does one anchor get on? What the chain shows of it is written down, and then the one thing is done that is due.

use super::{
    AnchorDesk, AnchorError,
    decide::{Means, NextStep, Seen, next_step, what_happened},
    desk::TickReport,
    fact::{Anchor, AnchorFact, Attempt, AttemptKind},
    spending::{spent_today_sat, worst_case_sat},
};
use crate::{
    chain::{Broadcast, Chain, SatPerVbyte},
    evidence::Commitment,
    rivals::{Rivals, exclude_each_other},
    wallet::{Draft, WalletError},
};
use bitcoin::consensus::encode::serialize_hex;
use edgecoder_events::UnixMillis;
use std::sync::Arc;

/// One look, while it lasts.
pub struct Round<'a> {
    pub chain: &'a dyn Chain,
    pub now: UnixMillis,
    pub rate: SatPerVbyte,
    /// What can shut out what.
    pub rivals: Rivals,
    pub report: TickReport,
}

impl Round<'_> {
    fn seconds(&self) -> u64 {
        self.now.0 / 1000
    }
}

impl AnchorDesk {
    pub(super) async fn advance(&mut self, commitment: Commitment, round: &mut Round<'_>) -> Result<(), AnchorError> {
        let Some(anchor) = self.find(commitment) else { return Ok(()) };
        let seen = self.look(&anchor, round.chain).await?;
        for fact in what_happened(&anchor, &seen) {
            self.record(commitment, fact, &mut round.report)?;
        }
        let Some(anchor) = self.find(commitment) else { return Ok(()) };
        let means = self.means(round);
        let intended = match next_step(&anchor, &seen, &self.policy, means, round.now) {
            NextStep::Wait => return Ok(()),
            NextStep::WaitForTomorrow => {
                round.report.waiting_for_tomorrow += 1;
                return Ok(());
            }
            NextStep::GiveUp => {
                round.report.given_up += 1;
                return Ok(());
            }
            NextStep::Send(attempt) => attempt,
            NextStep::Build { rate } => {
                let draft = self.first(&anchor, rate, round)?;
                self.intend(&anchor, (AttemptKind::First, draft), means, round)?
            }
            NextStep::Raise { waiting, rate } => {
                let draft = self.raised(&anchor, &waiting, rate)?;
                self.intend(&anchor, draft, means, round)?
            }
        };
        self.send(commitment, &intended, round).await
    }

    fn means(&self, round: &Round<'_>) -> Means {
        let spent_sat = spent_today_sat(self.journal.anchors(), &round.rivals, round.now);
        Means { rate: round.rate, left_sat: self.policy.daily_cap_sat.saturating_sub(spent_sat) }
    }

    async fn look(&self, anchor: &Anchor, chain: &dyn Chain) -> Result<Seen, AnchorError> {
        let in_block = anchor.carrying().find_map(|attempt| Some((attempt.txid, self.wallet.block_of(attempt.txid)?)));
        let is_waiting = match anchor.current() {
            Some(current) if in_block.is_none() => chain.is_waiting(current.txid).await?,
            Some(_) | None => false,
        };
        Ok(Seen { tip_height: self.wallet.tip().height, in_block, is_waiting })
    }

    /// A transaction of its own, which keeps out every earlier one for this anchor.
    fn first(&mut self, anchor: &Anchor, rate: SatPerVbyte, round: &Round<'_>) -> Result<Draft, AnchorError> {
        let earlier =
            anchor.carrying().map(|attempt| attempt.lineage(&round.rivals).ok_or(AnchorError::BadTransaction));
        let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
        self.wallet.note_all_gone(anchor.carrying().map(|attempt| attempt.txid), round.seconds())?;
        let coins = self.wallet.coins_against(&earlier, &round.rivals)?;
        Ok(self.wallet.draft(anchor.commitment, rate, &coins)?)
    }

    /// A replacement; where none can be had, or nodes refused the last one, a child that pays for its parent.
    fn raised(
        &mut self,
        anchor: &Anchor,
        waiting: &Attempt,
        rate: SatPerVbyte,
    ) -> Result<(AttemptKind, Draft), WalletError> {
        let refused = anchor.attempts.last().is_some_and(|last| last.kind == AttemptKind::Replacement && last.given_up);
        if !refused {
            match self.wallet.replacement(waiting.txid, rate) {
                Ok(draft) => return Ok((AttemptKind::Replacement, draft)),
                Err(WalletError::NotRaised(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((AttemptKind::Child, self.wallet.child(waiting, rate)?))
    }

    /// Writes down what is about to be sent. From here on a crash cannot make us pay for something else.
    fn intend(
        &mut self,
        anchor: &Anchor,
        (kind, draft): (AttemptKind, Draft),
        means: Means,
        round: &mut Round<'_>,
    ) -> Result<Attempt, AnchorError> {
        let attempt = Attempt {
            kind,
            txid: draft.transaction.compute_txid(),
            raw: serialize_hex(&draft.transaction),
            fee_sat: draft.fee_sat,
            rate_sat_per_vbyte: means.rate.0,
            at: round.now,
            given_up: false,
        };
        round.rivals.learn([Arc::new(draft.transaction.clone())]);
        if let Err(forbidden) = self.allow(anchor, &attempt, means, round) {
            self.wallet.discard(&draft);
            return Err(forbidden);
        }
        self.record(anchor.commitment, AnchorFact::Intended(attempt.clone()), &mut round.report)?;
        Ok(attempt)
    }

    /// Whether it may be sent: no second one for an anchor whose earlier ones can still get into a block, and nothing
    /// beyond the cap even if all gets into blocks that can.
    fn allow(&self, anchor: &Anchor, attempt: &Attempt, means: Means, round: &Round<'_>) -> Result<(), AnchorError> {
        let lineage_of = |attempt: &Attempt| attempt.lineage(&round.rivals).ok_or(AnchorError::BadTransaction);
        let lineage = lineage_of(attempt)?;
        if attempt.kind != AttemptKind::Child {
            for earlier in anchor.carrying() {
                let earlier = lineage_of(earlier)?;
                if !exclude_each_other(&lineage, &earlier) && !self.wallet.is_shut_out(&earlier) {
                    return Err(WalletError::NothingKeepsOut.into());
                }
            }
        }
        let mut after = anchor.clone();
        after.evolve(&AnchorFact::Intended(attempt.clone()));
        let worst_sat = |anchor: &Anchor| worst_case_sat(anchor, &round.rivals, round.now);
        let extra_sat = worst_sat(&after).saturating_sub(worst_sat(anchor));
        if extra_sat > means.left_sat {
            return Err(AnchorError::OverCap { fee_sat: extra_sat, left_sat: means.left_sat });
        }
        Ok(())
    }

    async fn send(
        &mut self,
        commitment: Commitment,
        attempt: &Attempt,
        round: &mut Round<'_>,
    ) -> Result<(), AnchorError> {
        let transaction = attempt.transaction().ok_or(AnchorError::BadTransaction)?;
        // Before it leaves: whether or not there is an answer, its coins are not spent on another anchor.
        self.wallet.note_sent(transaction.clone(), round.seconds())?;
        let fact = match round.chain.broadcast(&transaction).await? {
            Broadcast::Accepted => AnchorFact::Sent { txid: attempt.txid },
            // What a block holds that we have not read yet is refused as well, and is not given up.
            Broadcast::Rejected(_) if round.chain.tip().await? != self.wallet.tip() => return Ok(()),
            Broadcast::Rejected(said) => {
                self.wallet.note_gone(attempt.txid, round.seconds())?;
                AnchorFact::GivenUp { txid: attempt.txid, said }
            }
        };
        self.record(commitment, fact, &mut round.report)
    }

    fn record(&mut self, commitment: Commitment, fact: AnchorFact, report: &mut TickReport) -> Result<(), AnchorError> {
        self.journal.record(commitment, &fact)?;
        report.facts.push((commitment, fact));
        Ok(())
    }
}
