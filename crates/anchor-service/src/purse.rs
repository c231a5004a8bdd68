//! What is known of the wallet, however long the desk looks at the chain meanwhile?

use edgecoder_anchoring::{
    anchor::{AnchorDesk, AnchorError, TickReport},
    wallet::WalletBalance,
};
use edgecoder_events::UnixMillis;
use std::fmt;

/// Anchors whose trouble is told one by one; the log has all of them.
const TOLD: usize = 16;

/// The wallet as of the last look, and what that look could not do.
#[derive(Debug, Clone)]
pub struct Purse {
    /// None where the wallet's state could not be kept.
    pub address: Option<String>,
    pub balance: WalletBalance,
    /// What an anchor costs; none as long as nobody who knows the chain has said so.
    pub anchor_fee_sat: Option<u64>,
    /// Whether there are blocks that the wallet has not read yet: its balance may be an old one.
    pub is_scanning: bool,
    /// When the last look ended that saw the chain.
    pub looked_at: Option<UnixMillis>,
    pub troubles: Vec<Trouble>,
}

/// What keeps anchors from getting into blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The chain could not be looked at.
    NoChain(String),
    /// It holds less than an anchor costs.
    Empty,
    /// One anchor gets no further.
    Stuck(String),
    /// So many anchors wait for the day's cap.
    OverCap(usize),
    /// So many anchors were tried too often.
    GivenUp(usize),
}

impl Purse {
    /// The wallet before the first look.
    pub fn of(desk: &mut AnchorDesk) -> Self {
        let wallet = desk.wallet();
        let (address, balance) = (wallet.address().ok(), wallet.balance());
        Self { address, balance, anchor_fee_sat: None, is_scanning: true, looked_at: None, troubles: Vec::new() }
    }

    /// The wallet after a look that saw the chain.
    pub fn after(&mut self, report: &TickReport, anchor_fee_sat: Option<u64>, desk: &mut AnchorDesk, now: UnixMillis) {
        let before = self.anchor_fee_sat;
        *self = Self::of(desk);
        self.anchor_fee_sat = anchor_fee_sat.or(before);
        self.is_scanning = report.is_behind;
        self.looked_at = Some(now);
        self.troubles = troubles(report);
        if !self.is_scanning && self.anchor_fee_sat.is_some_and(|fee_sat| self.balance.spendable_sat < fee_sat) {
            self.troubles.insert(0, Trouble::Empty);
        }
    }

    /// What was known stays, and is as old as it is.
    pub fn after_none(&mut self, error: &AnchorError) {
        self.troubles.retain(|it| !matches!(it, Trouble::NoChain(_)));
        self.troubles.insert(0, Trouble::NoChain(error.to_string()));
    }
}

fn troubles(report: &TickReport) -> Vec<Trouble> {
    let is_of_the_cap = |error: &AnchorError| matches!(error, AnchorError::OverCap { .. });
    let (capped, stuck): (Vec<_>, Vec<_>) = report.problems.iter().partition(|(_, error)| is_of_the_cap(error));
    let over_cap = report.waiting_for_tomorrow.saturating_add(capped.len());
    let mut troubles: Vec<Trouble> =
        stuck.iter().take(TOLD).map(|(checkpoint, error)| Trouble::Stuck(format!("{checkpoint}: {error}"))).collect();
    troubles.extend((over_cap > 0).then_some(Trouble::OverCap(over_cap)));
    troubles.extend((report.given_up > 0).then_some(Trouble::GivenUp(report.given_up)));
    troubles
}

impl Trouble {
    /// What everybody may know who asks whether the service does its work. A day's cap is kept on purpose.
    pub const fn in_public(&self) -> Option<&'static str> {
        match self {
            Self::NoChain(_) => Some("the chain could not be looked at: GET /wallet says why"),
            Self::Empty => Some("the wallet holds less than an anchor costs: GET /wallet has its address"),
            Self::Stuck(_) | Self::GivenUp(_) => Some("an anchor gets no further: GET /wallet says why"),
            Self::OverCap(_) => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChain(why) => write!(f, "the chain could not be looked at: {why}"),
            Self::Empty => f.write_str("the wallet holds less than an anchor costs: pay to its address"),
            Self::Stuck(why) => write!(f, "an anchor gets no further: {why}"),
            Self::OverCap(count) => write!(f, "anchors that wait, for the day's cap is used up: {count}"),
            Self::GivenUp(count) => {
                write!(f, "anchors that were tried too often: {count}; look at the wallet and the node")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_anchoring::{
        Network,
        anchor::AnchorPolicy,
        chain::{ChainError, SatPerVbyte},
        evidence::Commitment,
        headers::KnownBlock,
        wallet::WalletError,
    };
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: UnixMillis = UnixMillis(5);

    fn desk(folder: &tempfile::TempDir) -> AnchorDesk {
        let policy = AnchorPolicy {
            target_blocks: 6,
            unknown_rate: SatPerVbyte(2),
            highest_rate: SatPerVbyte(100),
            daily_cap_sat: 1000,
            patience_ms: 1,
        };
        let birthday = KnownBlock { height: 0, hash: Network::Regtest.genesis_hash() };
        AnchorDesk::open(folder.path(), Network::Regtest, policy, birthday, &mut StdRng::seed_from_u64(1)).unwrap()
    }

    #[test]
    fn before_and_after_a_look_the_address_is_known_and_whether_blocks_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(&folder);
        let mut purse = Purse::of(&mut desk);
        assert!(purse.is_scanning && purse.looked_at.is_none() && purse.anchor_fee_sat.is_none());
        let address = purse.address.clone();
        assert!(address.as_ref().unwrap().starts_with("bcrt1"), "{address:?}");
        let behind = TickReport { is_behind: true, ..TickReport::default() };
        purse.after(&behind, None, &mut desk, NOW);
        assert!(purse.is_scanning && purse.troubles.is_empty(), "what was not read may be money: {purse:?}");
        purse.after(&TickReport::default(), Some(312), &mut desk, NOW);
        assert_eq!((purse.is_scanning, purse.looked_at, &purse.address), (false, Some(NOW), &address));
        assert_eq!(purse.troubles, [Trouble::Empty]);
        purse.after_none(&ChainError::NoCookie.into());
        purse.after_none(&ChainError::NoCookie.into());
        let no_chain = Trouble::NoChain(ChainError::NoCookie.to_string());
        assert_eq!((&purse.troubles[..], purse.anchor_fee_sat), (&[no_chain, Trouble::Empty][..], Some(312)));
    }

    #[test]
    fn what_waits_for_the_cap_is_told_apart_from_what_is_stuck_and_is_no_failure() {
        let (one, other) = (Commitment([1; 32]), Commitment([2; 32]));
        let report = TickReport {
            problems: vec![
                (one, AnchorError::OverCap { fee_sat: 5, left_sat: 4 }),
                (other, WalletError::TooSmallCoins.into()),
            ],
            waiting_for_tomorrow: 2,
            given_up: 1,
            ..TickReport::default()
        };
        let troubles = troubles(&report);
        let stuck = Trouble::Stuck(format!("{other}: {}", WalletError::TooSmallCoins));
        assert_eq!(troubles, [stuck, Trouble::OverCap(3), Trouble::GivenUp(1)]);
        assert_eq!(Trouble::OverCap(3).in_public(), None);
        assert!(troubles[0].in_public().is_some_and(|told| !told.contains("coins")), "strangers read it too");
    }
}
