//! With which keys does a machine speak and listen?

use crate::{
    envelope::{Direction, Envelope, Lease, OpenError},
    key_file::{self, KeyFileError},
    signature,
};
use ed25519_dalek::SigningKey;
use edgecoder_events::{AgentId, PublicKey, Signature, agent::KeysStatement};
use rand::CryptoRng;
use std::{fmt, path::Path};
use x25519_dalek::StaticSecret;

/// The secrets of one machine, agent or coordinator. Wiped from memory when dropped, never shown.
pub struct NodeKeys {
    signing: SigningKey,
    envelope: StaticSecret,
}

impl NodeKeys {
    /// Draws both keys.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self { signing: SigningKey::generate(rng), envelope: StaticSecret::random_from_rng(rng) }
    }

    /// Reads the keys of an earlier start, or draws them and writes the file (mode 0600) before they are used.
    ///
    /// Two processes that start at once end up with the same keys.
    ///
    /// # Errors
    /// [`KeyFileError`]; above all a file that other people of the machine can read is refused, not repaired.
    pub fn load_or_create(path: &Path, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, KeyFileError> {
        key_file::load_or_create(path, || Self::generate(rng))
    }

    /// The key that others check this machine's signatures with.
    pub fn signing_key(&self) -> PublicKey {
        signature::public_key(&self.signing)
    }

    /// The key that others seal envelopes for this machine with.
    pub fn envelope_key(&self) -> PublicKey {
        PublicKey(x25519_dalek::PublicKey::from(&self.envelope).to_bytes())
    }

    /// Signs a text.
    pub fn sign(&self, text: &[u8]) -> Signature {
        signature::sign_text(&self.signing, text)
    }

    /// Signs both keys as those of `agent`, by the signing key: what a machine that is new says of itself.
    pub fn sign_own_keys(&self, agent: &AgentId) -> Signature {
        let (signing_key, envelope_key) = (self.signing_key(), self.envelope_key());
        self.sign(KeysStatement { agent, signing_key, envelope_key }.to_string().as_bytes())
    }

    /// Opens an envelope that was sealed for this machine, this lease and this direction.
    ///
    /// # Errors
    /// [`OpenError`] for anything else.
    pub fn open(&self, envelope: &Envelope, direction: Direction, lease: &Lease) -> Result<Vec<u8>, OpenError> {
        envelope.open(direction, lease, &self.envelope)
    }

    pub(crate) fn from_seeds(signing: &[u8; 32], envelope: [u8; 32]) -> Self {
        Self { signing: SigningKey::from_bytes(signing), envelope: StaticSecret::from(envelope) }
    }

    pub(crate) fn seeds(&self) -> (&[u8; 32], &[u8; 32]) {
        (self.signing.as_bytes(), self.envelope.as_bytes())
    }
}

impl fmt::Debug for NodeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeKeys")
            .field("signing_key", &self.signing_key())
            .field("envelope_key", &self.envelope_key())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn debug_shows_the_public_keys_and_no_secret() {
        let keys = NodeKeys::generate(&mut StdRng::seed_from_u64(1));
        let shown = format!("{keys:?}");
        assert!(shown.contains(&keys.signing_key().to_string()));
        assert!(!shown.contains(&hex::encode(keys.seeds().0)) && !shown.contains(&hex::encode(keys.seeds().1)));
    }
}
