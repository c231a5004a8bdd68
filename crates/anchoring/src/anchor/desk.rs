//! Who carries out what was decided? One desk per wallet: it looks, writes down what it will do, does it.

use super::{
    advance::Round,
    cost::anchor_fee_sat,
    decide::AnchorPolicy,
    fact::{Anchor, AnchorFact, Attempt},
    journal::{Journal, JournalError},
};
use crate::{
    Network,
    chain::{Chain, ChainError, SatPerVbyte},
    evidence::{AnchorEvidence, Commitment, EvidenceError},
    headers::KnownBlock,
    rivals::Rivals,
    wallet::{AnchorWallet, WalletError},
};
use edgecoder_events::UnixMillis;
use rand::CryptoRng;
use std::{path::Path, sync::Arc};

/// Nodes pass on nothing cheaper.
const LEAST_RATE: SatPerVbyte = SatPerVbyte(1);

/// Why anchoring does not go on.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Wallet(#[from] WalletError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error("a transaction in the journal cannot be read: restore the journal from a backup")]
    BadTransaction,
    #[error(
        "this anchor would cost {fee_sat} satoshi, and {left_sat} are left of the day's cap: wait, or raise the cap"
    )]
    OverCap { fee_sat: u64, left_sat: u64 },
}

/// What one look brought: what happened, and what could not be done.
#[derive(Debug, Default)]
pub struct TickReport {
    pub facts: Vec<(Commitment, AnchorFact)>,
    pub problems: Vec<(Commitment, AnchorError)>,
    /// The wallet has not read all blocks yet, and nothing was decided: tick again.
    pub is_behind: bool,
    /// Anchors that wait for the day's cap.
    pub waiting_for_tomorrow: usize,
    /// Anchors that were tried too often: a person must look.
    pub given_up: usize,
}

/// The wallet, the journal, and what an operator allows.
#[derive(Debug)]
pub struct AnchorDesk {
    pub(super) wallet: AnchorWallet,
    pub(super) journal: Journal,
    pub(super) policy: AnchorPolicy,
}

impl AnchorDesk {
    /// Opens the desk of a folder; the birthday matters to a new wallet only.
    ///
    /// # Errors
    /// Another process has it open, or a file there cannot be used.
    pub fn open(
        folder: &Path,
        network: Network,
        policy: AnchorPolicy,
        birthday: KnownBlock,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, AnchorError> {
        let journal = Journal::open(folder)?;
        let wallet = AnchorWallet::open(folder, network, birthday, rng)?;
        Ok(Self { wallet, journal, policy })
    }

    /// The wallet that pays.
    pub fn wallet(&mut self) -> &mut AnchorWallet {
        &mut self.wallet
    }

    /// Every anchor that is known here, oldest first.
    pub fn anchors(&self) -> &[Anchor] {
        self.journal.anchors()
    }

    /// Wants a commitment anchored. Wanting it again changes nothing; whether it was new.
    ///
    /// # Errors
    /// Too many anchors are on their way, or the journal cannot be written.
    pub fn want(&mut self, commitment: Commitment, now: UnixMillis) -> Result<bool, AnchorError> {
        Ok(self.journal.want(commitment, now, self.wallet.tip().height)?)
    }

    /// Looks once at the chain, and does what is due. An anchor with a problem does not hold up the others.
    ///
    /// # Errors
    /// The chain cannot be asked at all, or the wallet's state not be kept.
    pub async fn tick(&mut self, chain: &dyn Chain, now: UnixMillis) -> Result<TickReport, AnchorError> {
        if !self.wallet.sync(chain).await? {
            // Decided on old blocks, something might be paid that is there already.
            return Ok(TickReport { is_behind: true, ..TickReport::default() });
        }
        let tip_height = self.wallet.tip().height;
        let watched = self.journal.anchors().iter().filter(|anchor| !anchor.is_settled(tip_height));
        let due: Vec<_> = watched.map(|anchor| anchor.commitment).collect();
        let (rate, rivals) = (self.rate(chain).await?, self.rivals());
        let mut round = Round { chain, now, rate, rivals, report: TickReport::default() };
        for commitment in due {
            if let Err(problem) = self.advance(commitment, &mut round).await {
                round.report.problems.push((commitment, problem));
            }
        }
        Ok(round.report)
    }

    /// All that proves an anchor which is in a block, taken from that block; nothing as long as it is in none.
    ///
    /// # Errors
    /// The chain cannot be asked, or has changed since the last look.
    pub async fn evidence(
        &self,
        commitment: Commitment,
        chain: &dyn Chain,
    ) -> Result<Option<AnchorEvidence>, AnchorError> {
        let included = self.find(commitment).and_then(|anchor| anchor.included);
        let Some((txid, at)) = included else { return Ok(None) };
        let block = chain.block(at.hash).await?;
        Ok(Some(AnchorEvidence::of_block(commitment, txid, at.height, &block)?))
    }

    /// What an anchor would cost now, about.
    ///
    /// # Errors
    /// The chain cannot be asked.
    pub async fn anchor_fee_sat(&self, chain: &dyn Chain) -> Result<u64, AnchorError> {
        Ok(anchor_fee_sat(self.rate(chain).await?))
    }

    /// Every transaction that the wallet has seen or the journal has meant to send.
    fn rivals(&self) -> Rivals {
        let mut rivals = Rivals::default();
        rivals.learn(self.wallet.transactions());
        let attempts = self.journal.anchors().iter().flat_map(|anchor| &anchor.attempts);
        rivals.learn(attempts.filter_map(Attempt::transaction).map(Arc::new));
        rivals
    }

    /// What is paid for a virtual byte now, if we pay.
    async fn rate(&self, chain: &dyn Chain) -> Result<SatPerVbyte, ChainError> {
        let market = chain.fee_rate(self.policy.target_blocks).await?.unwrap_or(self.policy.unknown_rate);
        Ok(market.min(self.policy.highest_rate).max(LEAST_RATE))
    }

    pub(super) fn find(&self, commitment: Commitment) -> Option<Anchor> {
        self.journal.anchors().iter().find(|anchor| anchor.commitment == commitment).cloned()
    }
}
