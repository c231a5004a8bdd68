//! Is a checkpoint to be believed by a policy, and who signed it?

use super::{Policy, PolicyWitness};
use crate::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::{Note, NoteError, VerifierKey},
};

/// Why a checkpoint is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// Not a checkpoint, not signed by a log of the policy, or with a signature of one of its keys that does not hold.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A trusted key signed for a log that is not its own.
    #[error("the key of {key} signed a checkpoint of {origin}")]
    OtherLog {
        /// The key's name.
        key: String,
        /// The checkpoint's origin.
        origin: String,
    },
}

/// A witness that cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned<'p> {
    /// Which one.
    pub witness: &'p PolicyWitness,
    /// When, in seconds since 1970, by its own clock.
    pub at: u64,
}

/// A checkpoint that a log of the policy signed, and who cosigned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<'p> {
    /// What the log committed to.
    pub checkpoint: Checkpoint,
    /// The log's keys that signed.
    pub signed: Vec<&'p VerifierKey>,
    /// The witnesses that cosigned, in the order of the policy.
    pub cosigned: Vec<Cosigned<'p>>,
    /// Whether they are as many as the policy demands.
    pub has_quorum: bool,
}

impl Policy {
    /// Judges a checkpoint. Too few cosignatures are no error: the verdict says it.
    ///
    /// # Errors
    /// [`JudgeError`]: no log of the policy signed it, or one of its known signatures does not hold.
    pub fn judge(&self, note: &Note) -> Result<Verdict<'_>, JudgeError> {
        let keys: Vec<VerifierKey> = self.logs.iter().map(|log| log.key.clone()).collect();
        let signers = note.verify(&keys).map_err(CheckpointError::from)?;
        let signed: Vec<&VerifierKey> =
            self.logs.iter().map(|log| &log.key).filter(|key| signers.contains(key)).collect();
        let checkpoint: Checkpoint = note.text().parse()?;
        if let Some(other) = signed.iter().find(|key| key.name() != checkpoint.origin) {
            return Err(JudgeError::OtherLog { key: other.name().to_owned(), origin: checkpoint.origin });
        }
        let cosigned = self.cosigned(note).map_err(CheckpointError::from)?;
        let names: Vec<&str> = cosigned.iter().map(|it| it.witness.name.as_str()).collect();
        let has_quorum = self.is_quorum(&names);
        Ok(Verdict { checkpoint, signed, cosigned, has_quorum })
    }

    fn cosigned(&self, note: &Note) -> Result<Vec<Cosigned<'_>>, NoteError> {
        let times = self.witnesses.iter().map(|witness| {
            let at = witness.key.cosigned_at(note)?;
            Ok(at.map(|at| Cosigned { witness, at }))
        });
        times.filter_map(Result::transpose).collect()
    }
}
