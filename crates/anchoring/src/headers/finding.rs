//! What is wrong with a chain of headers, and where?

use bitcoin::BlockHash;
use std::fmt;

/// The first header that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("HEADER CHAIN INVALID at {height}: {fault}")]
pub struct HeaderFinding {
    pub height: u32,
    pub fault: HeaderFault,
}

/// Which rule it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderFault {
    /// Height 0 holds another block than the network's first.
    Genesis { expected: BlockHash },
    /// It does not name the header before it.
    Linkage { expected: BlockHash },
    /// Its hash is above the target that it claims.
    ProofOfWork,
    /// It claims another target than the rules of the network give.
    Retarget { expected_bits: u32, claimed_bits: u32 },
    /// It is not later than the median of the eleven before it.
    Time,
    /// Another block is known to stand there.
    Checkpoint { expected: BlockHash },
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Genesis { expected } => write!(f, "genesis: not the network's first block {expected}"),
            Self::Linkage { expected } => write!(f, "linkage: it does not follow block {expected}"),
            Self::ProofOfWork => f.write_str("pow: its hash is above its target"),
            Self::Retarget { expected_bits, claimed_bits } => {
                write!(f, "retarget: difficulty bits {claimed_bits:#010x}, the rules give {expected_bits:#010x}")
            }
            Self::Time => f.write_str("time: not later than the median of the eleven headers before it"),
            Self::Checkpoint { expected } => write!(f, "checkpoint: the block there is known to be {expected}"),
        }
    }
}
