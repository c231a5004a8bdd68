//! Which keys sign notes, and how are they written down?

use super::{KEY_ID_BYTES, Note, NoteError, NoteSignature};
use crate::signature::PublicKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// The type of a plain Ed25519 signature.
const ED25519: u8 = 0x01;

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
    /// A kind of key other than Ed25519.
    #[error("not an Ed25519 key for signed notes")]
    NotEd25519,
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

fn key_id(name: &str, key: &PublicKey) -> [u8; KEY_ID_BYTES] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.to_bytes()).finalize();
    *hash.first_chunk().expect("SHA-256 has 32 bytes")
}

/// A public key that an auditor trusts: `<name>+<8 hex digits>+<base64>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; KEY_ID_BYTES],
    key: PublicKey,
}

impl VerifierKey {
    /// Names a public key.
    ///
    /// # Errors
    /// The name cannot name a key.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NameError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), id: key_id(name, &key), key })
    }

    /// The name; by custom the origin of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that stands in signatures.
    pub const fn id(&self) -> [u8; KEY_ID_BYTES] {
        self.id
    }

    /// The key itself.
    pub const fn public_key(&self) -> &PublicKey {
        &self.key
    }

    pub(super) fn signed(&self, text: &str, signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.key.verify(text.as_bytes(), signature).is_ok())
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::Form);
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| VerifierKeyError::Form)?;
        let Some((&ED25519, key)) = bytes.split_first() else { return Err(VerifierKeyError::NotEd25519) };
        let key = key.try_into().map_err(|_| VerifierKeyError::Form)?;
        let key = PublicKey::from_bytes(key).map_err(|_| VerifierKeyError::UnusableKey)?;
        let key = Self::new(name, key).map_err(|_| VerifierKeyError::Form)?;
        if hex::encode(key.id) == id { Ok(key) } else { Err(VerifierKeyError::WrongId) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[ED25519], &self.key.to_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(bytes))
    }
}

/// The key that signs a log's checkpoints. Its secret is wiped from memory when it is dropped and is never printed.
pub struct LogKey {
    name: String,
    secret: SigningKey,
}

impl LogKey {
    /// Makes the key from its name and its 32 secret bytes.
    ///
    /// # Errors
    /// The name cannot name a key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NameError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), secret: SigningKey::from_bytes(seed) })
    }

    /// What an auditor needs to trust this key.
    pub fn verifier_key(&self) -> VerifierKey {
        let key = PublicKey::from(self.secret.verifying_key());
        VerifierKey { name: self.name.clone(), id: key_id(&self.name, &key), key }
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
        let signature = NoteSignature { name: self.name.clone(), key_id: self.verifier_key().id, signature };
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
