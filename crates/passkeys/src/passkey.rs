//! What is kept of a passkey? Its id, its public key, whose it is, and how far its counter has come.

use crate::{bytes::Base64Url, public_key::PublicKey};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// WebAuthn, section 4, *credential id*.
pub(crate) const MAX_CREDENTIAL_ID_BYTES: usize = 1023;

const USER_HANDLE_BYTES: usize = 32;

/// The name that an authenticator gave a passkey. Unique: the caller stores no two passkeys with one id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Base64Url", into = "Base64Url")]
pub struct CredentialId(Base64Url);

/// A text is not the id of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a credential id: 1 to {MAX_CREDENTIAL_ID_BYTES} bytes as base64url")]
pub struct CredentialIdParseError;

impl CredentialId {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (1..=MAX_CREDENTIAL_ID_BYTES).contains(&bytes.len()).then(|| Self(Base64Url(bytes.to_vec())))
    }
}

impl TryFrom<Base64Url> for CredentialId {
    type Error = CredentialIdParseError;

    fn try_from(bytes: Base64Url) -> Result<Self, Self::Error> {
        Self::from_bytes(&bytes.0).ok_or(CredentialIdParseError)
    }
}

impl From<CredentialId> for Base64Url {
    fn from(id: CredentialId) -> Self {
        id.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CredentialId {
    type Err = CredentialIdParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Base64Url::parse(text).and_then(|bytes| Self::from_bytes(&bytes.0)).ok_or(CredentialIdParseError)
    }
}

/// Whose a passkey is, as the authenticator keeps it: bytes by chance, one handle per account and always the same.
///
/// It says nothing about the person (WebAuthn, section 14.6.1): anyone who holds the authenticator can read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserHandle(pub(crate) Base64Url);

impl UserHandle {
    /// Draws the handle of a new account.
    pub fn draw(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = vec![0; USER_HANDLE_BYTES];
        rng.fill_bytes(&mut bytes);
        Self(Base64Url(bytes))
    }
}

impl fmt::Display for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A registered passkey: the caller's to store, as the JSON that serde makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Passkey {
    pub(crate) id: CredentialId,
    pub(crate) user_handle: UserHandle,
    pub(crate) public_key: PublicKey,
    pub(crate) counter: u32,
    pub(crate) transports: Vec<String>,
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
}

impl Passkey {
    /// The name by which a log-in is looked up.
    pub fn id(&self) -> &CredentialId {
        &self.id
    }

    /// Whose passkey it is.
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// Whether its maker keeps a copy, so that it outlives the machine: worth telling a person who has only this one.
    pub fn is_backed_up(&self) -> bool {
        self.backed_up
    }
}
