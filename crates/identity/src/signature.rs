//! Did the holder of this key sign exactly this text?

use ed25519_dalek::{SigningKey, VerifyingKey, ed25519::signature::Signer};
use edgecoder_events::{PublicKey, Signature};

/// The signature is not the key's over the text, or the key is not an Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit the key and the text")]
pub struct BadSignature;

/// Checks an Ed25519 signature by the strict rule: no small-order keys, canonical encodings only.
///
/// # Errors
/// [`BadSignature`], whatever the reason: the caller can do nothing but refuse.
pub fn verify_text(key: &PublicKey, text: &[u8], signature: &Signature) -> Result<(), BadSignature> {
    let key = VerifyingKey::from_bytes(&key.0).map_err(|_| BadSignature)?;
    key.verify_strict(text, &ed25519_dalek::Signature::from_bytes(&signature.0)).map_err(|_| BadSignature)
}

pub(crate) fn sign_text(key: &SigningKey, text: &[u8]) -> Signature {
    Signature(key.sign(text).to_bytes())
}

pub(crate) fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}
