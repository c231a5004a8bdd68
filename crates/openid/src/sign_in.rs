//! One sign-in: what is drawn for it, what comes back, and what may come of it.

use crate::{email::VerifiedEmail, token::TokenRefusal, web::ProviderError};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use edgecoder_events::UnixMillis;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// How long a person has to sign in at the provider.
pub const SIGN_IN_MS: u64 = 10 * 60 * 1000;

/// RFC 7636, section 7.1: 32 bytes by chance. For `state` and `nonce` as many.
const SECRET_BYTES: usize = 32;

/// A sign-in that was begun: to be kept where only the same browser finds it, and used once. Secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    pub(crate) expires_at: UnixMillis,
}

impl SignIn {
    /// Draws what a sign-in needs by chance.
    pub fn draw(rng: &mut (impl CryptoRng + ?Sized), now: UnixMillis) -> Self {
        let mut secret = || {
            let mut bytes = [0; SECRET_BYTES];
            rng.fill_bytes(&mut bytes);
            URL_SAFE_NO_PAD.encode(bytes)
        };
        Self { state: secret(), nonce: secret(), verifier: secret(), expires_at: now.plus_ms(SIGN_IN_MS) }
    }

    /// What the provider is shown of the verifier (RFC 7636, section 4.2, S256).
    pub(crate) fn code_challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }
}

/// What the provider sent the browser back with: the query of the redirect address.
#[derive(Clone, Default, Deserialize)]
pub struct Callback {
    pub(crate) state: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    /// RFC 9207: who answers.
    pub(crate) iss: Option<String>,
}

/// Who the provider says this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Whose word it is; of an issuer of many tenants, the tenant's.
    pub issuer: String,
    /// The person, at this issuer: the same at every sign-in.
    pub subject: String,
    /// Their e-mail address, if the provider vouches for it.
    pub verified_email: Option<VerifiedEmail>,
    /// What they are called, as far as it is short enough to show.
    pub name: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("this took too long: sign in again")]
    Expired,
    #[error("the answer is to another sign-in: sign in again, in one window")]
    OtherSignIn,
    #[error("the answer is another provider's: sign in again")]
    OtherProvider,
    #[error("the provider did not sign you in ({0}): try again, or sign in another way")]
    Declined(String),
    #[error("the provider did not take its own code ({0}): sign in again; should it last, check client id and secret")]
    CodeRefused(String),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Token(#[from] TokenRefusal),
}

/// As much of a provider's error as is shown: its code, by RFC 6749, section 5.2; never what it wrote at length.
pub(crate) fn error_code(text: &str) -> String {
    const MAX_CODE_CHARS: usize = 64;
    text.chars().filter(|char| char.is_ascii_alphanumeric() || *char == '_').take(MAX_CODE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        // Appendix B.
        let sign_in = SignIn {
            state: String::new(),
            nonce: String::new(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            expires_at: UnixMillis(0),
        };
        assert_eq!(sign_in.code_challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_providers_error_cannot_write_a_page() {
        assert_eq!(error_code("<script>alert(1)</script>"), "scriptalert1script");
        assert_eq!(error_code(&"a".repeat(1000)).len(), 64);
    }
}
