//! Are the five headers there, and is each what it says it is?

use crate::Nonce;
use base64::{Engine, engine::general_purpose::STANDARD};
use edgecoder_events::{AgentId, Signature, UnixMillis};

/// The headers of a signed request.
pub const HEADER_NAMES: [&str; 5] = [AGENT_ID, TIMESTAMP_MS, NONCE, BODY_SHA256, SIGNATURE];
pub(super) const AGENT_ID: &str = "x-agent-id";
pub(super) const TIMESTAMP_MS: &str = "x-timestamp-ms";
pub(super) const NONCE: &str = "x-nonce";
pub(super) const BODY_SHA256: &str = "x-body-sha256";
pub(super) const SIGNATURE: &str = "x-signature";

/// Enough for the year 5138, far from any overflow.
const MAX_TIMESTAMP_DIGITS: usize = 14;

/// Why the headers are not those of a signed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("the header {0} is missing: every request of an agent is signed")]
    Missing(&'static str),
    #[error("the header {0} is malformed: it has one form, as sign_request writes it")]
    Malformed(&'static str),
}

/// Well-formed headers of which nothing is proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedRequest {
    pub(super) agent: AgentId,
    pub(super) timestamp: UnixMillis,
    pub(super) nonce: Nonce,
    pub(super) body_sha256: [u8; 32],
    pub(super) signature: Signature,
}

impl UnverifiedRequest {
    /// Reads the headers through a look-up by lower-case name.
    ///
    /// # Errors
    /// [`HeaderError`] names the header.
    pub fn parse<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, HeaderError> {
        let find = |name| header(name).ok_or(HeaderError::Missing(name));
        Ok(Self {
            agent: find(AGENT_ID)?.parse().map_err(|_| HeaderError::Malformed(AGENT_ID))?,
            timestamp: timestamp(find(TIMESTAMP_MS)?).ok_or(HeaderError::Malformed(TIMESTAMP_MS))?,
            nonce: find(NONCE)?.parse().map_err(|_| HeaderError::Malformed(NONCE))?,
            body_sha256: sha256(find(BODY_SHA256)?).ok_or(HeaderError::Malformed(BODY_SHA256))?,
            signature: signature(find(SIGNATURE)?).ok_or(HeaderError::Malformed(SIGNATURE))?,
        })
    }

    /// Who the sender says it is: enough to look up a key, no more.
    pub fn claimed_agent(&self) -> &AgentId {
        &self.agent
    }
}

/// Digits only and no leading zero, so that the number signed and the text sent are the same.
fn timestamp(text: &str) -> Option<UnixMillis> {
    let digits = (1..=MAX_TIMESTAMP_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (digits && !text.starts_with('0')).then(|| text.parse().ok().map(UnixMillis)).flatten()
}

fn sha256(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (!text.bytes().any(|digit| digit.is_ascii_uppercase())).then_some(bytes)
}

fn signature(text: &str) -> Option<Signature> {
    let bytes = STANDARD.decode(text).ok()?;
    bytes.try_into().ok().map(Signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(changed: &str, value: Option<&str>, expected: Result<(), HeaderError>) {
        let (hash, signature) = ("ab".repeat(32), STANDARD.encode([7; 64]));
        let parsed = UnverifiedRequest::parse(|name| match name {
            name if name == changed => value,
            AGENT_ID => Some("ann"),
            TIMESTAMP_MS => Some("1700000000000"),
            NONCE => Some("000102030405060708090a0b0c0d0e0f"),
            BODY_SHA256 => Some(&hash),
            _ => Some(&signature),
        });
        assert_eq!(parsed.map(|_| ()), expected, "{changed}: {value:?}");
    }

    #[test]
    fn all_five_are_mandatory() {
        check("x-other", None, Ok(()));
        for name in HEADER_NAMES {
            check(name, None, Err(HeaderError::Missing(name)));
            check(name, Some(""), Err(HeaderError::Malformed(name)));
        }
    }

    #[test]
    fn timestamps_are_plain_digits() {
        for bad in ["NaN", "-1", "+1700000000000", "1e12", "1.5", " 1", "01", "0", "170000000000000", "１"] {
            check(TIMESTAMP_MS, Some(bad), Err(HeaderError::Malformed(TIMESTAMP_MS)));
        }
    }

    #[test]
    fn nonces_hashes_and_signatures_have_one_form() {
        let upper = "000102030405060708090A0B0C0D0E0F";
        for bad in [upper, "00", "a7e5c1de-5e0c-4a5b-9f3c-0d9c5a4e1b2c", "zz0102030405060708090a0b0c0d0e0f"] {
            check(NONCE, Some(bad), Err(HeaderError::Malformed(NONCE)));
        }
        for bad in [&"AB".repeat(32), &"ab".repeat(31), "hash"] {
            check(BODY_SHA256, Some(bad), Err(HeaderError::Malformed(BODY_SHA256)));
        }
        for bad in [STANDARD.encode([7; 63]), STANDARD.encode([7; 65]), hex::encode([7; 64])] {
            check(SIGNATURE, Some(&bad), Err(HeaderError::Malformed(SIGNATURE)));
        }
    }

    proptest! {
        #[test]
        fn no_header_text_breaks_the_reader(text in any::<String>(), place in 0_usize..5) {
            let _answer = UnverifiedRequest::parse(|name| {
                Some(if name == HEADER_NAMES[place] { text.as_str() } else { "1" })
            });
        }
    }
}
