//! What does an agent send so that it is believed?

use super::{Content, canonical_text, headers};
use crate::{NodeKeys, Nonce};
use base64::{Engine, engine::general_purpose::STANDARD};
use edgecoder_events::{AgentId, Clock, Signature, UnixMillis};
use rand::CryptoRng;
use sha2::{Digest, Sha256};

/// The headers that go with one sending of one request. A second sending needs its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    agent: AgentId,
    timestamp: UnixMillis,
    nonce: Nonce,
    body_sha256: [u8; 32],
    signature: Signature,
}

impl SignedHeaders {
    /// Name and value of each header.
    pub fn pairs(&self) -> [(&'static str, String); 5] {
        [
            (headers::AGENT_ID, self.agent.to_string()),
            (headers::TIMESTAMP_MS, self.timestamp.0.to_string()),
            (headers::NONCE, self.nonce.to_string()),
            (headers::BODY_SHA256, hex::encode(self.body_sha256)),
            (headers::SIGNATURE, STANDARD.encode(self.signature.0)),
        ]
    }
}

/// Signs one sending of a request.
pub fn sign_request(
    keys: &NodeKeys,
    agent: &AgentId,
    content: &Content<'_>,
    clock: &dyn Clock,
    rng: &mut (impl CryptoRng + ?Sized),
) -> SignedHeaders {
    let (timestamp, nonce) = (clock.now(), Nonce::generate(rng));
    let body_sha256 = Sha256::digest(content.body).into();
    SignedHeaders {
        agent: agent.clone(),
        timestamp,
        nonce,
        body_sha256,
        signature: keys.sign(canonical_text(timestamp, nonce, content.head(), &body_sha256).as_bytes()),
    }
}
