//! Why does an answer of a browser not count, and what can be done about it?

use crate::{MAX_ANSWER_BYTES, cbor::CborError};

/// An answer that registers nothing and logs nobody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the answer is longer than {MAX_ANSWER_BYTES} bytes; send what toJSON() writes and nothing else")]
    TooLong,
    #[error("the answer is not what toJSON() writes: {0}")]
    Unreadable(&'static str),
    #[error("this took too long; begin again")]
    Expired,
    #[error("the answer is to another challenge; begin again")]
    OtherChallenge,
    #[error("the answer was made on another page; open this site by its own address")]
    OtherOrigin,
    #[error("the answer was made inside a page of another site; open this site in a window of its own")]
    InAnotherPage,
    #[error("the answer was made for another site; open this site by its own address")]
    OtherSite,
    #[error("nobody was seen at the authenticator; try again and confirm there")]
    NobodyPresent,
    #[error("the passkey would not be found without a name; use an authenticator that stores passkeys")]
    NotDiscoverable,
    #[error("the key is of a kind that is not used here (Ed25519, ES256, RS256); use another authenticator")]
    UnknownKey,
    #[error("the passkey is not the one that was looked up; look it up by the answer's credential id")]
    OtherPasskey,
    #[error("the passkey belongs to another account; log in to that one")]
    OtherAccount,
    #[error("the signature is not the passkey's; try again, or use another way to log in")]
    BadSignature,
    #[error("the passkey has been copied: its counter went from {kept} to {shown}; log in another way and remove it")]
    CounterWentBack { kept: u32, shown: u32 },
    #[error("the authenticator says of its backup what it did not say before; register the passkey anew")]
    OtherBackup,
}

impl From<CborError> for Refusal {
    fn from(error: CborError) -> Self {
        Self::Unreadable(match error {
            CborError::Truncated => "the authenticator's bytes end within an item",
            CborError::Unexpected => "the authenticator's bytes hold what does not stand there",
        })
    }
}
