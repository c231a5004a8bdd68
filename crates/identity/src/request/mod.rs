//! Which agent asked this, just now, and for the first time?
//!
//! An agent signs `timestampMs\nnonce\nMETHOD\npath\nbodySha256` (path with its query) and sends five headers, all
//! mandatory. The receiver goes four steps, each a type of its own, so that none can be left out:
//! [`UnverifiedRequest`] (well-formed headers) → [`SignedHead`] (fresh, this key; no body was needed) →
//! [`SignedRequest`] (this body) → [`VerifiedRequest`] (never seen before). A client that tries again signs anew.

mod headers;
mod sign;
mod verify;

pub use headers::{HEADER_NAMES, HeaderError, UnverifiedRequest};
pub use sign::{SignedHeaders, sign_request};
pub use verify::{RequestRefusal, SignedHead, SignedRequest, VerifiedRequest};

use edgecoder_events::UnixMillis;

use crate::Nonce;

/// How far the clocks of agent and coordinator may differ, either way. Settings may only tighten it: nonces are
/// remembered for this long.
pub const MAX_SKEW_MS: u64 = 120_000;

/// What was sent, as both sides see it.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// In upper case, as HTTP writes it.
    pub method: &'a str,
    /// With the query, as it stands in the request line.
    pub path: &'a str,
    pub body: &'a [u8],
}

/// What was asked for, as it is known before the body is there.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// In upper case, as HTTP writes it.
    pub method: &'a str,
    /// With the query, as it stands in the request line.
    pub path: &'a str,
}

impl<'a> Content<'a> {
    fn head(&self) -> Head<'a> {
        Head { method: self.method, path: self.path }
    }
}

/// The text that the signature covers.
fn canonical_text(timestamp: UnixMillis, nonce: Nonce, head: Head<'_>, body_sha256: &[u8; 32]) -> String {
    let Head { method, path } = head;
    format!("{}\n{nonce}\n{method}\n{path}\n{}", timestamp.0, hex::encode(body_sha256))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_signed_text_is_this_for_ever() {
        let nonce = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
        let head = Head { method: "POST", path: "/pull?wait=1" };
        let expected = "1700000000000\n000102030405060708090a0b0c0d0e0f\nPOST\n/pull?wait=1\n\
                        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(canonical_text(UnixMillis(1_700_000_000_000), nonce, head, &Sha256::digest(b"").into()), expected);
    }
}
