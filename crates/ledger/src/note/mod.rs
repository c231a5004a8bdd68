//! Who signed this text? C2SP signed notes with Ed25519 keys.
//!
//! *Source*: c2sp.org/signed-note. Signatures of unknown keys are carried along and ignored; a wrong signature of a
//! known key condemns the note; at least one known key must have signed.

mod key;

pub(crate) use key::{COSIGNATURE, NamedKey};
pub use key::{LogKey, NameError, VerifierKey, VerifierKeyError};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{fmt, str::FromStr};

/// The most bytes of a note: room for [`MAX_SIGNATURES`] post-quantum signatures.
pub const MAX_NOTE_BYTES: usize = 262_144;
/// The most signatures of a note; the specification demands at least 16.
pub const MAX_SIGNATURES: usize = 32;

const SIGNATURE_LINE: &str = "\u{2014} ";
const KEY_ID_BYTES: usize = 4;

/// Why bytes are not a note, or why a note is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("the note is longer than {MAX_NOTE_BYTES} bytes")]
    TooLong,
    /// Not UTF-8, or with control characters.
    #[error("the note is not plain UTF-8 text")]
    NotPlainText,
    /// No text, blank line and signatures.
    #[error("the note has no text that is followed by a blank line and signatures")]
    NoSignatures,
    /// A signature line that is not one.
    #[error("signature line {line} is malformed")]
    SignatureLine {
        /// Counted from one.
        line: usize,
    },
    /// More than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// The signature of a known key does not hold.
    #[error("the signature of the known key {name} does not hold")]
    BadSignature {
        /// The key's name.
        name: String,
    },
    /// Two different trusted keys share name and id, so that a signature cannot be told to be of one of them.
    #[error("two trusted keys share the name {name} and the same id")]
    AmbiguousKey {
        /// The keys' name.
        name: String,
    },
    /// None of the trusted keys signed.
    #[error("no trusted key signed the note")]
    UnknownKeys,
}

/// A text is not the line of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a signature line: an em dash, a name and base64 with spaces between")]
pub struct SignatureLineError;

/// One signature line; as text it has no newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: [u8; KEY_ID_BYTES],
    signature: Vec<u8>,
}

/// A text and its signatures; the text is not to be believed before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note without judging its signatures.
    ///
    /// # Errors
    /// The bytes are not a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::NotPlainText)?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::NotPlainText);
        }
        let (before, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let signatures = lines.split('\n').take(MAX_SIGNATURES.saturating_add(1)).enumerate();
        let signatures: Vec<_> = signatures
            .map(|(index, line)| {
                line.parse().map_err(|SignatureLineError| NoteError::SignatureLine { line: index.saturating_add(1) })
            })
            .collect::<Result<_, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        Ok(Self { text: format!("{before}\n"), signatures })
    }

    /// The signed text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature line, unless the note has it already.
    ///
    /// # Errors
    /// There are [`MAX_SIGNATURES`] already.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Judges the signatures and gives those trusted keys that signed.
    ///
    /// # Errors
    /// A known key's signature is wrong, or no known key signed.
    pub fn verify<'k>(&self, trusted: &'k [VerifierKey]) -> Result<Vec<&'k VerifierKey>, NoteError> {
        let mut signers: Vec<&VerifierKey> = Vec::new();
        for signature in &self.signatures {
            let mut known = trusted.iter().filter(|key| signature.names(key));
            let Some(key) = known.next() else { continue };
            if known.any(|other| other != key) {
                return Err(NoteError::AmbiguousKey { name: key.name().to_owned() });
            }
            if !key.signed(&self.text, &signature.signature) {
                return Err(NoteError::BadSignature { name: key.name().to_owned() });
            }
            if !signers.contains(&key) {
                signers.push(key);
            }
        }
        if signers.is_empty() { Err(NoteError::UnknownKeys) } else { Ok(signers) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    /// The signature that `key` made.
    pub(crate) fn by<const TYPE: u8>(key: &NamedKey<TYPE>, signature: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), key_id: key.id(), signature }
    }

    /// The signature's bytes, if it claims to be of `key`.
    pub(crate) fn claimed_by<const TYPE: u8>(&self, key: &NamedKey<TYPE>) -> Option<&[u8]> {
        (self.name == key.name() && self.key_id == key.id()).then_some(&self.signature)
    }

    fn names(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.key_id == key.id()
    }
}

impl FromStr for NoteSignature {
    type Err = SignatureLineError;

    fn from_str(line: &str) -> Result<Self, SignatureLineError> {
        let (name, encoded) =
            line.strip_prefix(SIGNATURE_LINE).and_then(|line| line.split_once(' ')).ok_or(SignatureLineError)?;
        key::check_name(name).map_err(|_| SignatureLineError)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SignatureLineError)?;
        match bytes.split_first_chunk() {
            Some((key_id, signature)) if !signature.is_empty() => {
                Ok(Self { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
            }
            _ => Err(SignatureLineError),
        }
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id[..], &self.signature].concat();
        write!(f, "{SIGNATURE_LINE}{} {}", self.name, STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests;
