//! Is this ID token the provider's, for us, for this sign-in, now? OpenID Connect Core, sections 3.1.3.6 to 3.1.3.8.

use crate::{
    claims::Claims,
    issuer::IssuerName,
    keys::{Algorithm, Key, Keys},
};
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use edgecoder_events::UnixMillis;
use serde::{Deserialize, de::DeserializeOwned};

/// How far the provider's clock and ours may differ.
const LEEWAY_SECONDS: u64 = 60;

/// A token is made for a sign-in, just now; one that lay about is not.
const MAX_AGE_SECONDS: u64 = 10 * 60;

/// OpenID Connect Core, section 2, `sub`.
const MAX_SUBJECT_BYTES: usize = 255;

/// Why an ID token says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    #[error("the provider's token is not a signed ID token: check that the provider speaks OpenID Connect")]
    Unreadable,
    #[error(
        "the provider's token is not signed by RS256, ES256 or EdDSA: choose one of them in the provider's settings"
    )]
    OtherAlgorithm,
    #[error("the provider's token is signed by a key that it does not publish: sign in again in a minute")]
    UnknownKey,
    #[error("the signature of the provider's token is not its own: sign in again")]
    BadSignature,
    #[error("the token is of another provider: sign in again")]
    OtherIssuer,
    #[error("the token was made for another application: check the client id")]
    OtherAudience,
    #[error("the token is no longer valid: sign in again; should it last, set this machine's clock")]
    Expired,
    #[error("the token is of a time to come: set this machine's clock")]
    NotYet,
    #[error("the token was made for another sign-in: sign in again")]
    OtherSignIn,
    #[error("the token was not made together with the answer that brought it: sign in again")]
    OtherAccessToken,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// RFC 7515, section 4.1.11: what must be understood, or the token refused. Nothing is.
    crit: Option<serde_json::Value>,
}

/// What a token has to agree with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub issuer: &'a IssuerName,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// What came in the same answer.
    pub access_token: Option<&'a str>,
    pub now: UnixMillis,
}

/// A token in its three parts, of which nothing is believed yet.
#[derive(Debug)]
pub struct Token<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    signed: &'a str,
    claims: Claims,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// RFC 7515, section 5.2.
    pub fn parse(text: &'a str) -> Result<Self, TokenRefusal> {
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenRefusal::Unreadable)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenRefusal::Unreadable)?;
        let header: Header = part(header)?;
        let algorithm = Algorithm::named(&header.alg).ok_or(TokenRefusal::OtherAlgorithm)?;
        if header.crit.is_some() {
            return Err(TokenRefusal::Unreadable);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenRefusal::Unreadable)?;
        Ok(Self { algorithm, key_id: header.kid, signed, claims: part(claims)?, signature })
    }

    /// The key it names, if it names one.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// What the token says, once a key of the provider proves it and it agrees with what is expected.
    pub fn verify(self, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, TokenRefusal> {
        let key = self.signer(keys)?;
        self.check_issuer(key, expected.issuer)?;
        self.check_audience(expected.client_id)?;
        self.check_time(expected.now)?;
        if self.claims.nonce.as_deref() != Some(expected.nonce) {
            return Err(TokenRefusal::OtherSignIn);
        }
        self.check_access_token(expected.access_token)?;
        if !(1..=MAX_SUBJECT_BYTES).contains(&self.claims.sub.len()) {
            return Err(TokenRefusal::Unreadable);
        }
        Ok(self.claims)
    }

    fn signer<'k>(&self, keys: &'k Keys) -> Result<&'k Key, TokenRefusal> {
        let mut meant = keys.meant_by(self.key_id()).peekable();
        if meant.peek().is_none() {
            return Err(TokenRefusal::UnknownKey);
        }
        let signer = meant.find(|key| key.signed(self.algorithm, self.signed.as_bytes(), &self.signature));
        signer.ok_or(TokenRefusal::BadSignature)
    }

    fn check_issuer(&self, key: &Key, issuer: &IssuerName) -> Result<(), TokenRefusal> {
        let tenant = self.claims.tid.as_deref();
        let named = issuer.for_tenant(tenant).is_some_and(|name| name == self.claims.iss);
        let key_allowed =
            key.issuer.as_deref().is_none_or(|of| IssuerName::allows_key_of(of, tenant, &self.claims.iss));
        if named && key_allowed { Ok(()) } else { Err(TokenRefusal::OtherIssuer) }
    }

    /// For us, and where it is for others too, given to us.
    fn check_audience(&self, client_id: &str) -> Result<(), TokenRefusal> {
        let claims = &self.claims;
        let for_us = claims.aud.iter().any(|audience| audience == client_id);
        let to_us = match claims.azp.as_deref() {
            Some(party) => party == client_id,
            None => claims.aud.len() == 1,
        };
        if for_us && to_us { Ok(()) } else { Err(TokenRefusal::OtherAudience) }
    }

    fn check_time(&self, now: UnixMillis) -> Result<(), TokenRefusal> {
        let now = now.0 / 1000;
        if self.claims.iat > now.saturating_add(LEEWAY_SECONDS) {
            return Err(TokenRefusal::NotYet);
        }
        let too_old = now > self.claims.iat.saturating_add(MAX_AGE_SECONDS);
        let expired = now >= self.claims.exp.saturating_add(LEEWAY_SECONDS);
        if too_old || expired { Err(TokenRefusal::Expired) } else { Ok(()) }
    }

    /// Section 3.1.3.8: half of the access token's hash, where the provider gives it.
    fn check_access_token(&self, access_token: Option<&str>) -> Result<(), TokenRefusal> {
        let Some(said) = self.claims.at_hash.as_deref() else { return Ok(()) };
        let algorithm = match self.algorithm {
            Algorithm::Rs256 | Algorithm::Es256 => &SHA256,
            Algorithm::EdDsa => &SHA512,
        };
        let hash = digest(algorithm, access_token.unwrap_or_default().as_bytes());
        let (half, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
        if said == URL_SAFE_NO_PAD.encode(half) { Ok(()) } else { Err(TokenRefusal::OtherAccessToken) }
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, TokenRefusal> {
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenRefusal::Unreadable)?;
    serde_json::from_slice(&json).map_err(|_| TokenRefusal::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_refused_as_a_token(text in ".{0,200}") {
            prop_assert!(Token::parse(&text).is_err());
        }

        #[test]
        fn any_three_parts_are_read_or_refused(parts in proptest::collection::vec(any::<Vec<u8>>(), 3)) {
            let text = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect::<Vec<_>>().join(".");
            prop_assert!(Token::parse(&text).is_err());
        }
    }
}
