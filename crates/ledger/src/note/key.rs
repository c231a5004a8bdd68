//! Which keys sign notes, and how are they written down?

use super::{KEY_ID_BYTES, Note, NoteError, NoteSignature};
use crate::signature::PublicKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// The type of a plain Ed25519 signature.
const ED25519: u8 = 0x01;
/// The type of an Ed25519 cosignature with a time.
pub(crate) const COSIGNATURE: u8 = 0x04;

/// The most bytes of a key's name.
const MAX_NAME_BYTES: usize = 255;

/// A text cannot name a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key's name is 1 to {MAX_NAME_BYTES} bytes without spaces, control characters and plus signs")]
pub struct NameError;

/// Why a text is not a verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Not `<name>+<8 hex digits>+<base64>`.
    #[error("expected <name>+<8 lower-case hex digits>+<base64>")]
    Form,
    /// A key for signatures of another type: a witness's in the place of a log's, or one that is not Ed25519.
    #[error("not an Ed25519 key for signatures of type {wanted:#04x}")]
    OtherType {
        /// 0x01 signs notes, 0x04 cosigns checkpoints.
        wanted: u8,
    },
    /// The id does not belong to the name and the key: a typing mistake.
    #[error("the key id does not fit the name and the key")]
    WrongId,
    /// The key itself is unusable.
    #[error("not a canonical Ed25519 public key of large order")]
    UnusableKey,
}

pub(super) fn check_name(name: &str) -> Result<(), NameError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains(bad) { Err(NameError) } else { Ok(()) }
}

/// A public key for signatures of one type, under a name: `<name>+<8 hex digits>+<base64>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedKey<const TYPE: u8> {
    name: String,
    id: [u8; KEY_ID_BYTES],
    key: PublicKey,
}

impl<const TYPE: u8> NamedKey<TYPE> {
    pub(crate) fn new(name: &str, key: PublicKey) -> Result<Self, NameError> {
        check_name(name)?;
        let hash = Sha256::new().chain_update(name).chain_update([b'\n', TYPE]).chain_update(key.to_bytes()).finalize();
        let id = *hash.first_chunk().expect("SHA-256 has 32 bytes");
        Ok(Self { name: name.to_owned(), id, key })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn id(&self) -> [u8; KEY_ID_BYTES] {
        self.id
    }

    pub(crate) const fn public_key(&self) -> &PublicKey {
        &self.key
    }
}

impl<const TYPE: u8> FromStr for NamedKey<TYPE> {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::Form);
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| VerifierKeyError::Form)?;
        let other_type = VerifierKeyError::OtherType { wanted: TYPE };
        let key = bytes.split_first().filter(|(kind, _)| **kind == TYPE).ok_or(other_type)?.1;
        let key = key.try_into().map_err(|_| VerifierKeyError::Form)?;
        let key = PublicKey::from_bytes(key).map_err(|_| VerifierKeyError::UnusableKey)?;
        let key = Self::new(name, key).map_err(|_| VerifierKeyError::Form)?;
        if hex::encode(key.id) == id { Ok(key) } else { Err(VerifierKeyError::WrongId) }
    }
}

impl<const TYPE: u8> fmt::Display for NamedKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[TYPE], &self.key.to_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(bytes))
    }
}

/// A public key that an auditor trusts: `<name>+<8 hex digits>+<base64>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey(NamedKey<ED25519>);

impl VerifierKey {
    /// Names a public key.
    ///
    /// # Errors
    /// The name cannot name a key.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NameError> {
        NamedKey::new(name, key).map(Self)
    }

    /// The name; by custom the origin of the log.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The id that stands in signatures.
    pub const fn id(&self) -> [u8; KEY_ID_BYTES] {
        self.0.id()
    }

    /// The key itself.
    pub const fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    pub(super) fn signed(&self, text: &str, signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.public_key().verify(text.as_bytes(), signature).is_ok())
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key that signs a log's checkpoints. Its secret is wiped from memory when it is dropped and is never printed.
pub struct LogKey {
    public: VerifierKey,
    secret: SigningKey,
}

impl LogKey {
    /// Makes the key from its name and its 32 secret bytes.
    ///
    /// # Errors
    /// The name cannot name a key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NameError> {
        let secret = SigningKey::from_bytes(seed);
        Ok(Self { public: VerifierKey::new(name, PublicKey::from(secret.verifying_key()))?, secret })
    }

    /// What an auditor needs to trust this key.
    pub fn verifier_key(&self) -> VerifierKey {
        self.public.clone()
    }

    /// The secret itself, for what the log's key says outside of notes: that another key follows it.
    pub const fn signing_key(&self) -> &SigningKey {
        &self.secret
    }

    /// Signs a text that ends in a newline.
    ///
    /// # Errors
    /// The text cannot stand in a note.
    pub fn sign(&self, text: &str) -> Result<Note, NoteError> {
        let signature = self.secret.sign(text.as_bytes()).to_bytes().to_vec();
        let signature = NoteSignature::by(&self.public.0, signature);
        let note = Note { text: text.to_owned(), signatures: vec![signature] };
        // What is handed out must be what others read: the reader is the judge.
        match Note::parse(note.to_string().as_bytes())? {
            read if read == note => Ok(note),
            _ => Err(NoteError::NoSignatures),
        }
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.verifier_key())
    }
}
