//! Does the signature hold, for this body, now, and for the first time?

use super::{Content, Head, MAX_SKEW_MS, UnverifiedRequest, canonical_text};
use crate::{NonceFile, NonceFileError, verify_text};
use edgecoder_events::{AgentId, Author, PublicKey, UnixMillis};
use sha2::{Digest, Sha256};

/// Why a well-formed request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    #[error("the request was signed {skew_ms} ms ago by this clock, at most {max_skew_ms} pass: set the agent's clock")]
    TooOld { skew_ms: u64, max_skew_ms: u64 },
    #[error(
        "the request was signed {skew_ms} ms ahead of this clock, at most {max_skew_ms} pass: set the agent's clock"
    )]
    FromTheFuture { skew_ms: u64, max_skew_ms: u64 },
    #[error("the body is not the one that x-body-sha256 names")]
    OtherBody,
    #[error("the signature is not the agent's over this method, path and body")]
    BadSignature,
}

/// A head that the holder of the key signed lately. The body may be another: [`SignedHead::with_body`] knows.
#[derive(Debug, Clone)]
#[must_use = "a signed head says nothing of the body until it was compared"]
pub struct SignedHead {
    request: UnverifiedRequest,
    key: PublicKey,
}

/// A request that the holder of the key signed lately. It may be a replay: [`SignedRequest::admit`] knows.
#[derive(Debug, Clone)]
#[must_use = "a signed request may be a replay until it was admitted"]
pub struct SignedRequest {
    request: UnverifiedRequest,
    key: PublicKey,
}

/// A request that the agent made just now and that counts once.
#[derive(Debug, Clone)]
pub struct VerifiedRequest {
    agent: AgentId,
    author: Author,
}

impl UnverifiedRequest {
    /// Checks clock, body and signature. `key` is the one on record for [`Self::claimed_agent`].
    ///
    /// A `max_skew_ms` above [`MAX_SKEW_MS`] counts as that.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn verify(
        self,
        key: PublicKey,
        content: &Content<'_>,
        now: UnixMillis,
        max_skew_ms: u64,
    ) -> Result<SignedRequest, RequestRefusal> {
        self.verify_head(key, content.head(), now, max_skew_ms)?.with_body(content.body)
    }

    /// Checks clock and signature before the body is there, which only a claim of its hash is known of.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn verify_head(
        self,
        key: PublicKey,
        head: Head<'_>,
        now: UnixMillis,
        max_skew_ms: u64,
    ) -> Result<SignedHead, RequestRefusal> {
        self.check_clock(now, max_skew_ms)?;
        let text = canonical_text(self.timestamp, self.nonce, head, &self.body_sha256);
        verify_text(&key, text.as_bytes(), &self.signature).map_err(|_| RequestRefusal::BadSignature)?;
        Ok(SignedHead { request: self, key })
    }

    /// Checks the clock alone: all that can be checked of a sender whose key is in the body.
    ///
    /// # Errors
    /// [`RequestRefusal::TooOld`] or [`RequestRefusal::FromTheFuture`].
    pub fn check_clock(&self, now: UnixMillis, max_skew_ms: u64) -> Result<(), RequestRefusal> {
        let max_skew_ms = max_skew_ms.min(MAX_SKEW_MS);
        let (behind, ahead) = (now.ms_since(self.timestamp), self.timestamp.ms_since(now));
        if behind > max_skew_ms {
            return Err(RequestRefusal::TooOld { skew_ms: behind, max_skew_ms });
        }
        if ahead > max_skew_ms {
            return Err(RequestRefusal::FromTheFuture { skew_ms: ahead, max_skew_ms });
        }
        Ok(())
    }
}

impl SignedHead {
    /// Checks that the body is the one that was signed.
    ///
    /// # Errors
    /// [`RequestRefusal::OtherBody`].
    pub fn with_body(self, body: &[u8]) -> Result<SignedRequest, RequestRefusal> {
        if Sha256::digest(body).as_slice() != self.request.body_sha256 {
            return Err(RequestRefusal::OtherBody);
        }
        Ok(SignedRequest { request: self.request, key: self.key })
    }
}

impl SignedRequest {
    /// Remembers the nonce; the only step that needs the shared memory.
    ///
    /// # Errors
    /// [`NonceFileError`] where the request was received before, or that cannot be ruled out.
    pub fn admit(self, nonces: &mut NonceFile, now: UnixMillis) -> Result<VerifiedRequest, NonceFileError> {
        let UnverifiedRequest { agent, timestamp, nonce, signature, .. } = self.request;
        nonces.record(&agent, timestamp, nonce, now)?;
        Ok(VerifiedRequest { agent, author: Author { key: self.key, signature } })
    }
}

impl VerifiedRequest {
    /// Who asks.
    pub fn agent(&self) -> &AgentId {
        &self.agent
    }

    /// Key and signature, for the events that the request leads to.
    pub fn author(&self) -> Author {
        self.author
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeKeys, NonceRefusal, request::sign_request};
    use edgecoder_testkit::SetClock;
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: UnixMillis = UnixMillis(1_700_000_000_000);
    const CONTENT: Content<'static> = Content { method: "POST", path: "/pull?wait=1", body: b"{\"slots\":1}" };

    fn keys() -> NodeKeys {
        NodeKeys::generate(&mut StdRng::seed_from_u64(1))
    }

    fn signed(content: &Content<'_>, seed: u64) -> UnverifiedRequest {
        let (agent, clock) = (AgentId::new("ann").unwrap(), SetClock::at(NOW));
        let headers = sign_request(&keys(), &agent, content, &clock, &mut StdRng::seed_from_u64(seed)).pairs();
        let find = |name| headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str());
        UnverifiedRequest::parse(find).unwrap()
    }

    fn check(content: &Content<'_>, now: UnixMillis, expected: Result<(), RequestRefusal>) {
        let answer = signed(&CONTENT, 2).verify(keys().signing_key(), content, now, MAX_SKEW_MS);
        assert_eq!(answer.map(|_| ()), expected, "{content:?}");
    }

    #[test]
    fn what_was_signed_is_believed_and_nothing_else() {
        check(&CONTENT, NOW, Ok(()));
        check(&Content { body: b"{\"slots\":9}", ..CONTENT }, NOW, Err(RequestRefusal::OtherBody));
        check(&Content { path: "/pull?wait=2", ..CONTENT }, NOW, Err(RequestRefusal::BadSignature));
        check(&Content { path: "/pull", ..CONTENT }, NOW, Err(RequestRefusal::BadSignature));
        check(&Content { method: "GET", ..CONTENT }, NOW, Err(RequestRefusal::BadSignature));
    }

    #[test]
    fn a_head_is_believed_or_refused_before_the_body_is_there() {
        let verify = |head, now| signed(&CONTENT, 2).verify_head(keys().signing_key(), head, now, MAX_SKEW_MS);
        let signed = verify(CONTENT.head(), NOW).unwrap();
        assert!(signed.clone().with_body(CONTENT.body).is_ok());
        assert_eq!(signed.with_body(b"").map(|_| ()), Err(RequestRefusal::OtherBody));
        let elsewhere = verify(Head { path: "/result", ..CONTENT.head() }, NOW);
        assert_eq!(elsewhere.map(|_| ()), Err(RequestRefusal::BadSignature));
        assert!(verify(CONTENT.head(), NOW.plus_ms(MAX_SKEW_MS + 1)).is_err());
    }

    #[test]
    fn clocks_may_differ_by_the_skew_both_ways_and_no_more() {
        let (before, after) = (UnixMillis(NOW.0 - MAX_SKEW_MS), UnixMillis(NOW.0 + MAX_SKEW_MS));
        check(&CONTENT, before, Ok(()));
        check(&CONTENT, after, Ok(()));
        let (skew_ms, max_skew_ms) = (MAX_SKEW_MS + 1, MAX_SKEW_MS);
        check(&CONTENT, after.plus_ms(1), Err(RequestRefusal::TooOld { skew_ms, max_skew_ms }));
        check(&CONTENT, UnixMillis(before.0 - 1), Err(RequestRefusal::FromTheFuture { skew_ms, max_skew_ms }));
    }

    #[test]
    fn a_setting_tightens_the_skew_and_never_loosens_it() {
        let verify = |now, max_skew_ms| signed(&CONTENT, 2).verify(keys().signing_key(), &CONTENT, now, max_skew_ms);
        assert!(verify(NOW.plus_ms(1_001), 1_000).is_err());
        assert!(verify(NOW.plus_ms(MAX_SKEW_MS + 1), u64::MAX).is_err());
    }

    #[test]
    fn another_key_or_no_key_at_all_is_refused() {
        let stranger = NodeKeys::generate(&mut StdRng::seed_from_u64(9)).signing_key();
        // The second is the neutral point, under which a lax verifier accepts forged signatures.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        for key in [stranger, PublicKey(neutral), PublicKey([0xff; 32])] {
            let answer = signed(&CONTENT, 2).verify(key, &CONTENT, NOW, MAX_SKEW_MS);
            assert_eq!(answer.map(|_| ()).unwrap_err(), RequestRefusal::BadSignature);
        }
    }

    #[test]
    fn a_replay_is_refused_and_a_retry_that_signs_anew_is_not() {
        let home = tempfile::tempdir().unwrap();
        let mut nonces = NonceFile::open(home.path().join("nonces"), NOW).unwrap();
        let mut send = |seed| {
            let signed = signed(&CONTENT, seed).verify(keys().signing_key(), &CONTENT, NOW, MAX_SKEW_MS).unwrap();
            signed.admit(&mut nonces, NOW).map(|request| request.agent().to_string())
        };
        assert_eq!(send(2).unwrap(), "ann");
        assert!(matches!(send(2), Err(NonceFileError::Refused(NonceRefusal::Replayed))));
        assert_eq!(send(3).unwrap(), "ann");
    }

    #[test]
    fn a_forged_request_uses_up_no_nonce() {
        let home = tempfile::tempdir().unwrap();
        let mut nonces = NonceFile::open(home.path().join("nonces"), NOW).unwrap();
        let other = Content { body: b"", ..CONTENT };
        assert!(signed(&CONTENT, 2).verify(keys().signing_key(), &other, NOW, MAX_SKEW_MS).is_err());
        let genuine = signed(&CONTENT, 2).verify(keys().signing_key(), &CONTENT, NOW, MAX_SKEW_MS).unwrap();
        assert!(genuine.admit(&mut nonces, NOW).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_is_signed_verifies(path in "/[!-~]{0,40}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let content = Content { method: "PUT", path: &path, body: &body };
            let answer = signed(&content, 4).verify(keys().signing_key(), &content, NOW, MAX_SKEW_MS);
            prop_assert!(answer.is_ok());
        }
    }
}
