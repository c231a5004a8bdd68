//! What may an auditor say of an anchor? The verdict, in the words that the audit prints.

use super::{AnchorEvidence, EvidenceError};
use crate::{
    Network,
    ots::{Attestation, Attested, CalendarUri, DetachedTimestamp},
};
use bitcoin::{BlockHash, block::Header, hashes::Hash};
use std::fmt;

/// From this many confirmations on nobody expects the block to go away.
pub const CONFIRMED_AT: u32 = 6;

/// Whose word it is that a header is in the best chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// A node's, which checks everything.
    Node,
    /// A header archive's, whose proof of work, linkage and retarget we checked, and which shows enough work.
    HeaderArchive,
    /// Nobody's but that of whoever gave us the header: it came with the anchor, or in an archive with too little work.
    SuppliedHeader,
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Node => "node RPC",
            Self::HeaderArchive => "header archive",
            Self::SuppliedHeader => "supplied header only",
        })
    }
}

/// What is known of the best chain. Where there are nothing but supplied headers, the last of them is the tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BestChain {
    pub tip_height: u32,
    pub trust: Trust,
}

/// What an anchor is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorVerdict {
    /// Six or more blocks say so.
    Confirmed { height: u32, block: BlockHash, time: u32, confirmations: u32, trust: Trust },
    /// In a block, but not deep enough to rest on, or however deep in headers that nobody vouches for.
    Tentative { height: u32, block: BlockHash, time: u32, confirmations: u32, trust: Trust },
    /// A calendar has promised, and no more.
    Pending { calendar: CalendarUri },
    /// The block that it speaks of is above the newest that we know.
    Ahead { height: u64, tip_height: u32 },
    /// The block at that height is another, in headers that nobody needs to believe.
    Unsettled { height: u32 },
    /// The block at that height is another.
    Orphaned { height: u32, block: BlockHash, now: BlockHash },
    /// It proves nothing.
    Invalid(EvidenceError),
    /// Another kind of attestation, which nobody here can check.
    Unknown { tag: [u8; 8] },
}

impl AnchorVerdict {
    /// Whether the verdict says that somebody has lied, as against that something is not there yet.
    pub fn is_fault(&self) -> bool {
        match self {
            Self::Orphaned { .. } | Self::Invalid(_) => true,
            Self::Confirmed { .. }
            | Self::Tentative { .. }
            | Self::Pending { .. }
            | Self::Ahead { .. }
            | Self::Unsettled { .. }
            | Self::Unknown { .. } => false,
        }
    }

    fn in_block(height: u32, header: &Header, chain: BestChain) -> Self {
        let confirmations = (chain.tip_height - height).saturating_add(1);
        let (block, time, trust) = (header.block_hash(), header.time, chain.trust);
        match trust {
            Trust::Node | Trust::HeaderArchive if confirmations >= CONFIRMED_AT => {
                Self::Confirmed { height, block, time, confirmations, trust }
            }
            // Whoever made up one header made up those above it too: they are counted, and confirm nothing.
            Trust::Node | Trust::HeaderArchive | Trust::SuppliedHeader => {
                Self::Tentative { height, block, time, confirmations, trust }
            }
        }
    }
}

impl fmt::Display for AnchorVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed { height, block, time, confirmations, trust } => write!(
                f,
                "CONFIRMED existed no later than block {height} {block} (Unix time {time}, ±2 h), {confirmations} \
                 confirmations, trust: {trust}"
            ),
            Self::Tentative { height, block, confirmations, trust, .. } => {
                let counted = (*confirmations).min(CONFIRMED_AT);
                write!(f, "TENTATIVE {counted}/{CONFIRMED_AT} confirmations, block {height} {block}, trust: {trust}")
            }
            Self::Pending { calendar } => write!(f, "PENDING at calendar {calendar}"),
            Self::Ahead { height, tip_height } => {
                write!(f, "UNKNOWN BLOCK {height}: the headers end at {tip_height}; bring newer ones")
            }
            Self::Unsettled { height } => write!(
                f,
                "UNKNOWN BLOCK {height}: the headers have another one there, and show too little work to be believed"
            ),
            Self::Orphaned { height, block, now } => {
                write!(f, "ANCHOR ORPHANED: block {block} not in best chain (height {height} now {now})")
            }
            Self::Invalid(error) => error.fmt(f),
            Self::Unknown { tag } => write!(f, "UNKNOWN ATTESTATION {}", hex::encode(tag)),
        }
    }
}

/// Judges evidence, given the header that the best chain has at its height (none above the tip).
pub fn judge_evidence(evidence: &AnchorEvidence, chain: BestChain, best: Option<&Header>) -> AnchorVerdict {
    if let Err(error) = evidence.check() {
        return AnchorVerdict::Invalid(error);
    }
    let (height, block) = (evidence.height, evidence.block());
    match best {
        Some(best) if height <= chain.tip_height && best.block_hash() == block => {
            AnchorVerdict::in_block(height, best, chain)
        }
        Some(_) if height <= chain.tip_height && chain.trust == Trust::SuppliedHeader => {
            AnchorVerdict::Unsettled { height }
        }
        Some(best) if height <= chain.tip_height => AnchorVerdict::Orphaned { height, block, now: best.block_hash() },
        Some(_) | None => AnchorVerdict::Ahead { height: height.into(), tip_height: chain.tip_height },
    }
}

/// Judges evidence by nothing but the header in it, which must be as hard as a block of the network at least.
pub fn judge_alone(evidence: &AnchorEvidence, network: Network) -> AnchorVerdict {
    if let Err(error) = evidence.check_target(network) {
        return AnchorVerdict::Invalid(error);
    }
    let chain = BestChain { tip_height: evidence.height, trust: Trust::SuppliedHeader };
    judge_evidence(evidence, chain, Some(&evidence.header))
}

/// Judges every attestation of a proof, as the stock verifier does, and by confirmations too. `header_at` answers for
/// the best chain, up to the tip that is given.
///
/// A pair of hashes that poses as a transaction (64 bytes) does not matter here: whoever made it had to know the
/// commitment before the block, which is all that a timestamp claims.
pub fn judge_proof<E>(
    proof: &DetachedTimestamp,
    chain: BestChain,
    mut header_at: impl FnMut(u32) -> Result<Option<Header>, E>,
) -> Result<Vec<AnchorVerdict>, E> {
    let mut verdict = |attested: Attested| {
        let height = match attested.attestation {
            Attestation::Pending(calendar) => return Ok(AnchorVerdict::Pending { calendar }),
            Attestation::Unknown { tag, .. } => return Ok(AnchorVerdict::Unknown { tag }),
            Attestation::Bitcoin { height } => height,
        };
        let known = u32::try_from(height).ok().filter(|known| *known <= chain.tip_height);
        let ahead = AnchorVerdict::Ahead { height, tip_height: chain.tip_height };
        let Some(height) = known else { return Ok(ahead) };
        let Some(header) = header_at(height)? else { return Ok(ahead) };
        if header.merkle_root.to_byte_array() == attested.message.as_slice() {
            Ok(AnchorVerdict::in_block(height, &header, chain))
        } else if chain.trust == Trust::SuppliedHeader {
            Ok(AnchorVerdict::Unsettled { height })
        } else {
            Ok(AnchorVerdict::Invalid(EvidenceError::OtherRoot { height }))
        }
    };
    proof.attested().into_iter().map(&mut verdict).collect()
}
