//! Who alone can read this task, or this result?
//!
//! An envelope is sealed for one machine and one lease: a fresh X25519 key against the recipient's own, HKDF-SHA256 with
//! the lease as salt and the direction as info, AES-256-GCM with lease and keys as associated data. The coordinator
//! seals tasks for the agent's key; the agent seals its result for the coordinator's long-lived key. So neither side
//! keeps a secret per lease, and a coordinator that restarts still opens what was sealed for it.

mod base64_bytes;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use edgecoder_events::{AgentId, PublicKey, SubtaskIndex, TaskId};
use hkdf::Hkdf;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use x25519_dalek::{EphemeralSecret, SharedSecret, StaticSecret};
use zeroize::Zeroizing;

/// The most that one envelope holds; larger contents go to the blob store.
pub const MAX_PLAIN_BYTES: usize = 8 << 20;
const TAG_BYTES: usize = 16;

/// Which way an envelope travels. What was sealed for one way does not open the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the coordinator to the agent.
    Task,
    /// From the agent to the coordinator.
    Reply,
}

impl Direction {
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Task => b"edgecoder-envelope",
            Self::Reply => b"edgecoder-envelope-reply",
        }
    }
}

/// One attempt of one agent at one subtask: what an envelope is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
}

impl Lease {
    /// The lease's id: `<task>/<subtask>/<attempt>`.
    fn id(&self) -> String {
        format!("{}/{}/{}", self.task, self.subtask, self.attempt)
    }
}

/// A text that one machine can read. Binary fields are base64 in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    #[serde(with = "base64_bytes")]
    ephemeral_public_key: [u8; 32],
    #[serde(with = "base64_bytes")]
    nonce: [u8; 12],
    /// With the tag at its end.
    #[serde(with = "base64_bytes")]
    ciphertext: Vec<u8>,
}

/// Why nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("an envelope holds at most {MAX_PLAIN_BYTES} bytes, got {got}: put the content in the blob store")]
    TooLarge { got: usize },
    #[error("the recipient's key is a point that anyone can compute with: it must register another")]
    WeakKey,
}

/// An envelope does not open; which of the reasons holds is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the envelope was not sealed for this machine, lease and direction, or it was changed")]
pub struct OpenError;

/// Seals a text for the holder of `recipient`, for this lease and direction.
///
/// # Errors
/// [`SealError`].
pub fn seal(
    plain: &[u8],
    direction: Direction,
    lease: &Lease,
    recipient: &PublicKey,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Envelope, SealError> {
    if plain.len() > MAX_PLAIN_BYTES {
        return Err(SealError::TooLarge { got: plain.len() });
    }
    let ephemeral = EphemeralSecret::random_from_rng(rng);
    let ephemeral_public_key = x25519_dalek::PublicKey::from(&ephemeral).to_bytes();
    let shared = ephemeral.diffie_hellman(&x25519_dalek::PublicKey::from(recipient.0));
    let cipher = cipher(&shared, direction, lease).ok_or(SealError::WeakKey)?;
    let mut nonce = [0; 12];
    rng.fill_bytes(&mut nonce);
    let aad = associated_data(lease, &PublicKey(ephemeral_public_key), recipient);
    let ciphertext = cipher
        .encrypt(&nonce.into(), Payload { msg: plain, aad: aad.as_bytes() })
        .map_err(|_| SealError::TooLarge { got: plain.len() })?;
    Ok(Envelope { ephemeral_public_key, nonce, ciphertext })
}

impl Envelope {
    pub(crate) fn open(
        &self,
        direction: Direction,
        lease: &Lease,
        secret: &StaticSecret,
    ) -> Result<Vec<u8>, OpenError> {
        if self.ciphertext.len() > MAX_PLAIN_BYTES.saturating_add(TAG_BYTES) {
            return Err(OpenError);
        }
        let recipient = PublicKey(x25519_dalek::PublicKey::from(secret).to_bytes());
        let shared = secret.diffie_hellman(&x25519_dalek::PublicKey::from(self.ephemeral_public_key));
        let cipher = cipher(&shared, direction, lease).ok_or(OpenError)?;
        let aad = associated_data(lease, &PublicKey(self.ephemeral_public_key), &recipient);
        let sealed = Payload { msg: &self.ciphertext, aad: aad.as_bytes() };
        cipher.decrypt(&self.nonce.into(), sealed).map_err(|_| OpenError)
    }
}

/// None where the other side's key is of small order, so that the secret would be zero and everybody's.
fn cipher(shared: &SharedSecret, direction: Direction, lease: &Lease) -> Option<Aes256Gcm> {
    if !shared.was_contributory() {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(lease.id().as_bytes()), shared.as_bytes())
        .expand(direction.info(), key.as_mut_slice())
        .expect("32 bytes are less than HKDF can give");
    Some(Aes256Gcm::new((&*key).into()))
}

/// Names what the envelope is for. Both public keys are in it because X25519 ignores one bit of a key, and no bit of an
/// envelope may be changed unnoticed. Ids hold no line feed, so the text is unambiguous.
fn associated_data(lease: &Lease, from: &PublicKey, to: &PublicKey) -> String {
    let Lease { task, subtask, attempt, agent } = lease;
    format!(
        "edgecoder envelope v1\ntask {task}\nsubtask {subtask}\nagent {agent}\nattempt {attempt}\nfrom {from}\nto {to}\n"
    )
}

#[cfg(test)]
mod tests;
