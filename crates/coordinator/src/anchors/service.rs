//! How does the coordinator ask the anchor service, which has the wallet?

use edgecoder_events::CheckpointDigest;
use edgecoder_outbound::{BodyError, body_within, client_of};
use edgecoder_wire::anchors::Carried;
use reqwest::{Client, Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// The desk may be looking at the chain first.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// A proof and its evidence are some kilobytes.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A client of one anchor service.
#[derive(Debug, Clone)]
pub struct AnchorServiceClient {
    http: Client,
    base: Url,
    token: SecretString,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnchorServiceError {
    #[error("the anchor service does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the anchor service answered {0}")]
    Refused(StatusCode),
    #[error("the anchor service's answer is not what was expected")]
    Malformed,
}

impl AnchorServiceClient {
    /// A client of the service at `base`.
    ///
    /// # Errors
    /// Where the machine has no usable TLS roots.
    pub fn new(base: Url, token: SecretString) -> Result<Self, reqwest::Error> {
        let http = client_of(&base).timeout(ANSWER_TIMEOUT).build()?;
        Ok(Self { http, base, token })
    }

    /// Wants a checkpoint carried; how far it is.
    pub async fn want(&self, checkpoint: &CheckpointDigest) -> Result<Carried, AnchorServiceError> {
        self.ask(Method::PUT, checkpoint).await
    }

    /// How far it is. What the service has forgotten is not carried, and not paid for, a second time.
    pub async fn show(&self, checkpoint: &CheckpointDigest) -> Result<Carried, AnchorServiceError> {
        self.ask(Method::GET, checkpoint).await
    }

    async fn ask(&self, method: Method, checkpoint: &CheckpointDigest) -> Result<Carried, AnchorServiceError> {
        let url = self.base.join(&format!("anchors/{checkpoint}")).map_err(|_| AnchorServiceError::Malformed)?;
        let answer = self.http.request(method, url).bearer_auth(self.token.expose_secret()).send().await?;
        if !answer.status().is_success() {
            return Err(AnchorServiceError::Refused(answer.status()));
        }
        let body = body_within(answer, MAX_ANSWER_BYTES).await.map_err(|error| match error {
            BodyError::BrokenOff(error) => AnchorServiceError::from(error),
            BodyError::TooLong { .. } => AnchorServiceError::Malformed,
        })?;
        serde_json::from_slice(&body).map_err(|_| AnchorServiceError::Malformed)
    }
}
