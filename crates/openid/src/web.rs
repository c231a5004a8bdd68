//! What does a provider answer? Requests with a deadline that are led nowhere else, answers with a limit.

use edgecoder_outbound::{BodyError, body_within, client_of};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// The longest answer that is read: Microsoft's keys take 20 KiB, a token with many groups as much.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Why a provider cannot be used: its matter or the operator's, not the person's.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("no TLS could be set up: install the certificates of this system")]
    NoTls,
    #[error("the provider's {what} could not be had: try again; should it last, check the issuer and the way there")]
    Unreachable {
        what: &'static str,
        #[source]
        source: reqwest::Error,
    },
    #[error("the provider takes too long: try again, or sign in another way")]
    Busy,
    #[error("the provider answered {status} for its {what}: check the issuer")]
    Refused { what: &'static str, status: u16 },
    #[error("the provider's {what} is longer than {MAX_ANSWER_BYTES} bytes: check the issuer")]
    TooLong { what: &'static str },
    #[error("the provider's {what} is not what OpenID Connect describes: check the issuer")]
    Unreadable { what: &'static str },
    #[error("the provider calls itself {says:?}: give its issuer exactly so")]
    OtherIssuer { says: String },
    #[error("the provider gives an address for its {what} that is not https: use another provider")]
    NotSecure { what: &'static str },
}

/// What asks the provider at this address.
pub fn client(issuer: &Url) -> Result<Client, ProviderError> {
    client_of(issuer).timeout(ANSWER_WAIT).build().map_err(|_| ProviderError::NoTls)
}

/// A document of the provider.
pub async fn document<T: DeserializeOwned>(request: RequestBuilder, what: &'static str) -> Result<T, ProviderError> {
    let (status, body) = answer(request, what).await?;
    if !status.is_success() {
        return Err(ProviderError::Refused { what, status: status.as_u16() });
    }
    serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable { what })
}

/// Whatever the provider answers.
pub async fn answer(request: RequestBuilder, what: &'static str) -> Result<(StatusCode, Vec<u8>), ProviderError> {
    let answer = request.send().await.map_err(|source| ProviderError::Unreachable { what, source })?;
    let status = answer.status();
    let body = body_within(answer, MAX_ANSWER_BYTES).await.map_err(|error| match error {
        BodyError::BrokenOff(source) => ProviderError::Unreachable { what, source },
        BodyError::TooLong { .. } => ProviderError::TooLong { what },
    })?;
    Ok((status, body))
}
