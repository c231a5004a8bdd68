//! How does an anchor of ours look to other people's tools? As a complete `.ots`.

use super::{AnchorEvidence, EvidenceError, proof::without_witnesses};
use crate::ots::{Attestation, DetachedTimestamp, Op, Timestamp};
use bitcoin::{consensus::serialize, hashes::Hash};

impl AnchorEvidence {
    /// The proof that a stock verifier accepts beside the file that was committed to.
    ///
    /// # Errors
    /// The transaction does not carry the commitment, or is larger than the format can carry in one step.
    pub fn to_ots(&self) -> Result<DetachedTimestamp, EvidenceError> {
        let transaction = serialize(&without_witnesses(&self.anchor.transaction));
        let commitment = self.commitment.0;
        let at = transaction.windows(commitment.len()).position(|bytes| bytes == commitment);
        let at = at.ok_or(EvidenceError::NoCommitment(self.commitment))?;
        let (before, after) = (&transaction[..at], &transaction[at + commitment.len()..]);
        let mut path = vec![Op::Prepend(before.to_vec()), Op::Append(after.to_vec()), Op::Sha256, Op::Sha256];
        for (level, sibling) in self.anchor.path.siblings.iter().enumerate() {
            let sibling = sibling.to_byte_array().to_vec();
            path.push(if self.anchor.path.is_right_at(level) { Op::Prepend(sibling) } else { Op::Append(sibling) });
            path.extend([Op::Sha256, Op::Sha256]);
        }
        let end = Timestamp::of(Attestation::Bitcoin { height: self.height.into() });
        Ok(DetachedTimestamp::of_sha256(commitment, Timestamp::along(path, end))?)
    }
}
