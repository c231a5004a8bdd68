//! What did the log once commit to? Its origin, its size and its root, signed.
//!
//! *Source*: c2sp.org/tlog-checkpoint. Our checkpoints have no extension lines, and one with any is refused: what an
//! auditor cannot check has no place in a commitment.

use crate::{
    note::{LogKey, Note, NoteError, VerifierKey},
    tree::Hash,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{fmt, str::FromStr};

/// Why a text is not a checkpoint, or not one to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not three lines.
    #[error("expected three lines: origin, size, root")]
    Lines,
    /// The origin is empty.
    #[error("the origin is empty")]
    Origin,
    /// The size is not a decimal number without leading zeros.
    #[error("the size is not a decimal number without leading zeros")]
    Size,
    /// The root is not the base64 of 32 bytes.
    #[error("the root is not the base64 of 32 bytes")]
    Root,
    /// The note around it is not to be believed.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// A commitment to the first `size` entries of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs the checkpoint.
    ///
    /// # Errors
    /// The origin has characters that no note may have.
    pub fn sign(&self, key: &LogKey) -> Result<String, CheckpointError> {
        let text = self.to_string();
        if text.parse::<Self>()? != *self {
            return Err(CheckpointError::Origin);
        }
        Ok(key.sign(&text)?.to_string())
    }

    /// Reads a checkpoint that at least one trusted key signed.
    ///
    /// # Errors
    /// The note is malformed, wrongly signed, signed by nobody known, or not a checkpoint.
    pub fn open(note: &[u8], trusted: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        note.verify(trusted)?;
        note.text().parse()
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        if origin.is_empty() {
            return Err(CheckpointError::Origin);
        }
        let number: u64 = size.parse().map_err(|_| CheckpointError::Size)?;
        if number.to_string() != size {
            return Err(CheckpointError::Size);
        }
        let root = STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(CheckpointError::Root)?;
        Ok(Self { origin: origin.to_owned(), size: number, root })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u8) -> LogKey {
        LogKey::from_seed("example.org/ledger", &[seed; 32]).unwrap()
    }

    fn sample() -> Checkpoint {
        Checkpoint { origin: "example.org/ledger".to_owned(), size: 12, root: [5; 32] }
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_key_and_no_other() {
        let note = sample().sign(&key(1)).unwrap();
        assert_eq!(Checkpoint::open(note.as_bytes(), &[key(1).verifier_key()]), Ok(sample()));
        let unknown = CheckpointError::Note(NoteError::UnknownKeys);
        assert_eq!(Checkpoint::open(note.as_bytes(), &[key(2).verifier_key()]), Err(unknown));
        let larger = note.replacen("\n12\n", "\n13\n", 1);
        let refused = Checkpoint::open(larger.as_bytes(), &[key(1).verifier_key()]);
        assert!(matches!(refused, Err(CheckpointError::Note(NoteError::BadSignature { .. }))));
    }

    #[test]
    fn a_checkpoint_has_one_form() {
        let root = STANDARD.encode([5; 32]);
        for (text, error) in [
            (format!("a\n012\n{root}\n"), CheckpointError::Size),
            (format!("a\n+12\n{root}\n"), CheckpointError::Size),
            (format!("a\n18446744073709551616\n{root}\n"), CheckpointError::Size),
            (format!("\n12\n{root}\n"), CheckpointError::Origin),
            (format!("a\n12\n{root}"), CheckpointError::Lines),
            (format!("a\n12\n{root}\nextension\n"), CheckpointError::Lines),
            (format!("a\n12\n{}\n", &root[1..]), CheckpointError::Root),
            (format!("a\n12\n{}\n", STANDARD.encode([5; 31])), CheckpointError::Root),
        ] {
            assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_origin_that_breaks_the_form_is_not_signed() {
        for origin in ["", "a\nb", "a\rb"] {
            let checkpoint = Checkpoint { origin: origin.to_owned(), ..sample() };
            assert!(checkpoint.sign(&key(1)).is_err(), "{origin:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_printed_again(origin in "\\PC{1,20}", size in any::<u64>(), root in any::<Hash>()) {
            let text = Checkpoint { origin, size, root }.to_string();
            prop_assert_eq!(text.parse::<Checkpoint>().unwrap().to_string(), text);
        }

        #[test]
        fn arbitrary_text_never_panics(text in "[a-z0-9+/=\n]{0,80}") {
            if let Ok(checkpoint) = text.parse::<Checkpoint>() {
                prop_assert_eq!(checkpoint.to_string(), text);
            }
        }
    }
}
