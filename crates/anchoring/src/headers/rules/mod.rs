//! May this header follow those before it? The consensus rules that can be checked from headers alone.
//!
//! *Source*: Bitcoin Core, `pow.cpp` (`GetNextWorkRequired`) and `validation.cpp` (`ContextualCheckBlockHeader`).

use super::{
    finding::{HeaderFault, HeaderFinding},
    known::known_blocks,
};
use crate::Network;
use bitcoin::{BlockHash, CompactTarget, Work, block::Header};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The difficulty changes at multiples of this height.
pub const RETARGET_EVERY: u32 = 2016;
/// As many headers as the median of times looks back on.
pub const MEDIAN_SPAN: usize = 11;
/// A test network lets a block be easy when none was found for this long.
const EASY_AFTER_SECONDS: u32 = 20 * 60;

/// A block that somebody trustworthy named, so that a cheap chain of other headers is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBlock {
    pub height: u32,
    pub hash: BlockHash,
}

/// The rules of a network, and what they need to remember of the headers so far.
#[derive(Debug, Clone)]
pub struct ChainRules {
    network: Network,
    known: Vec<KnownBlock>,
    /// In all headers so far.
    work: Work,
    tip: Option<Tip>,
    epoch_began: u32,
    /// The target of the epoch, whatever easy blocks a test network has had since.
    epoch_bits: CompactTarget,
    times: VecDeque<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Tip {
    height: u32,
    hash: BlockHash,
    header: Header,
}

impl ChainRules {
    /// Before the first header.
    pub fn new(network: Network) -> Self {
        Self::with(network, known_blocks(network))
    }

    fn with(network: Network, known: Vec<KnownBlock>) -> Self {
        let genesis = network.genesis();
        let times = VecDeque::with_capacity(MEDIAN_SPAN);
        let work = work_in(&[]);
        Self { network, known, work, tip: None, epoch_began: genesis.time, epoch_bits: genesis.bits, times }
    }

    /// In the middle of a chain that was checked before, whose headers from `first` on are given, and the work in all
    /// of it. They must reach back to the start of the epoch, and over as many as the median needs.
    pub(super) fn resume(&self, first: u32, checked: impl Iterator<Item = Header>, work: Work) -> Self {
        let mut resumed = Self { work, ..Self::with(self.network, self.known.clone()) };
        for (height, header) in (first..).zip(checked) {
            resumed.remember(height, header);
        }
        resumed
    }

    /// The height of the next header.
    pub fn next_height(&self) -> u32 {
        self.tip.map_or(0, |tip| tip.height + 1)
    }

    /// The network's first block.
    pub fn genesis(&self) -> KnownBlock {
        KnownBlock { height: 0, hash: self.network.genesis_hash() }
    }

    /// Height and hash of the newest header.
    pub fn tip(&self) -> Option<KnownBlock> {
        self.tip.map(|tip| KnownBlock { height: tip.height, hash: tip.hash })
    }

    /// When the newest header says that it was made, in seconds since 1970; the network's first before there is one.
    pub fn tip_time(&self) -> u32 {
        self.tip.map_or_else(|| self.network.genesis().time, |tip| tip.header.time)
    }

    /// The work in all headers so far.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Takes the next header if it follows the rules; otherwise nothing has changed.
    ///
    /// # Errors
    /// The rule that it breaks, and where.
    pub fn accept(&mut self, header: Header) -> Result<(), HeaderFinding> {
        let height = self.next_height();
        self.check(height, &header).map_err(|fault| HeaderFinding { height, fault })?;
        self.work = self.work + header.work();
        self.remember(height, header);
        Ok(())
    }

    fn check(&self, height: u32, header: &Header) -> Result<(), HeaderFault> {
        let hash = header.block_hash();
        match self.tip {
            None => {
                let expected = self.network.genesis_hash();
                if hash != expected {
                    return Err(HeaderFault::Genesis { expected });
                }
            }
            Some(tip) => self.check_link(height, header, &tip)?,
        }
        if !header.target().is_met_by(hash) {
            return Err(HeaderFault::ProofOfWork);
        }
        match self.known.iter().find(|known| known.height == height) {
            Some(known) if known.hash != hash => Err(HeaderFault::Checkpoint { expected: known.hash }),
            Some(_) | None => Ok(()),
        }
    }

    fn check_link(&self, height: u32, header: &Header, tip: &Tip) -> Result<(), HeaderFault> {
        if header.prev_blockhash != tip.hash {
            return Err(HeaderFault::Linkage { expected: tip.hash });
        }
        let expected = self.bits_at(height, header.time, tip);
        if header.bits != expected {
            let (expected_bits, claimed_bits) = (expected.to_consensus(), header.bits.to_consensus());
            return Err(HeaderFault::Retarget { expected_bits, claimed_bits });
        }
        if header.time <= self.median_time() { Err(HeaderFault::Time) } else { Ok(()) }
    }

    fn bits_at(&self, height: u32, time: u32, tip: &Tip) -> CompactTarget {
        let params = self.network.params();
        if height.is_multiple_of(RETARGET_EVERY) {
            let seconds = tip.header.time.saturating_sub(self.epoch_began);
            return CompactTarget::from_next_work_required(tip.header.bits, seconds.into(), params);
        }
        if !params.allow_min_difficulty_blocks {
            return tip.header.bits;
        }
        if time > tip.header.time.saturating_add(EASY_AFTER_SECONDS) { self.easiest() } else { self.epoch_bits }
    }

    fn easiest(&self) -> CompactTarget {
        self.network.params().max_attainable_target.to_compact_lossy()
    }

    fn median_time(&self) -> u32 {
        let mut times: Vec<_> = self.times.iter().copied().collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    fn remember(&mut self, height: u32, header: Header) {
        if height.is_multiple_of(RETARGET_EVERY) {
            self.epoch_began = header.time;
            self.epoch_bits = header.bits;
        } else if header.bits != self.easiest() {
            self.epoch_bits = header.bits;
        }
        if self.times.len() == MEDIAN_SPAN {
            self.times.pop_front();
        }
        self.times.push_back(header.time);
        self.tip = Some(Tip { height, hash: header.block_hash(), header });
    }
}

/// The work that went into headers that the rules accepted. A sum that 256 bits do not hold would take more hashes than
/// anybody can make.
pub fn work_in(headers: &[Header]) -> Work {
    headers.iter().fold(Work::from_be_bytes([0; 32]), |sum, header| sum + header.work())
}

#[cfg(test)]
pub(super) mod tests;
