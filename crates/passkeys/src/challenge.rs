//! Is this the answer to what was just asked? The part that both ceremonies begin with.

use crate::{CEREMONY_MS, bytes::Base64Url, refusal::Refusal};
use edgecoder_events::UnixMillis;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// WebAuthn, section 13.4.3: at least 16 bytes by chance.
const CHALLENGE_BYTES: usize = 32;

/// Bytes by chance that the authenticator signs, and until when.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    pub(crate) bytes: Base64Url,
    pub(crate) expires_at: UnixMillis,
}

impl Challenge {
    pub fn draw(rng: &mut (impl CryptoRng + ?Sized), now: UnixMillis) -> Self {
        let mut bytes = vec![0; CHALLENGE_BYTES];
        rng.fill_bytes(&mut bytes);
        Self { bytes: Base64Url(bytes), expires_at: now.plus_ms(CEREMONY_MS) }
    }

    pub fn check(&self, answered: &Base64Url, now: UnixMillis) -> Result<(), Refusal> {
        if now > self.expires_at {
            return Err(Refusal::Expired);
        }
        if *answered == self.bytes { Ok(()) } else { Err(Refusal::OtherChallenge) }
    }
}
