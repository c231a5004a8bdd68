//! What proves that 32 bytes stood in a block? The transaction, its path to the block's root, and the header.

mod commitment;
mod merkle_path;
mod proof;
mod through_ots;
mod verdict;

pub use commitment::{Commitment, NotACommitment};
pub use merkle_path::MerklePath;
pub use proof::{AnchorEvidence, EvidenceError, InBlock};
pub use verdict::{AnchorVerdict, BestChain, CONFIRMED_AT, Trust, judge_alone, judge_evidence, judge_proof};
