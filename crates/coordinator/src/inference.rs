//! How does the coordinator ask the inference service?

use edgecoder_events::{TaskId, task::Language};
use edgecoder_outbound::{BodyError, body_within, client_of};
use edgecoder_wire::inference::{Decompose, Decomposed, Escalate, Escalated};
use reqwest::{Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// A model may think for a while; the inference service has its own, shorter deadlines.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(5);
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// A client of one inference service.
#[derive(Clone)]
pub struct InferenceClient {
    http: Client,
    base: Url,
    token: SecretString,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    #[error("the inference service does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the inference service answered {0}")]
    Refused(StatusCode),
    #[error("the inference service's answer is not what was expected")]
    Malformed,
}

impl InferenceClient {
    /// A client of the service at `base`.
    ///
    /// # Errors
    /// Where the machine has no usable TLS roots.
    pub fn new(base: Url, token: SecretString) -> Result<Self, reqwest::Error> {
        let http = client_of(&base).timeout(ANSWER_TIMEOUT).build()?;
        Ok(Self { http, base, token })
    }

    /// Splits a prompt into subtasks.
    pub async fn decompose(
        &self,
        task: &TaskId,
        prompt: &str,
        language: Language,
    ) -> Result<Decomposed, InferenceError> {
        self.ask("decompose", &Decompose { task_id: task.clone(), prompt: prompt.to_owned(), language }).await
    }

    /// Mends code that every machine failed with.
    pub async fn escalate(&self, escalate: &Escalate) -> Result<Escalated, InferenceError> {
        self.ask("escalate", escalate).await
    }

    async fn ask<A: DeserializeOwned>(&self, path: &str, question: &impl Serialize) -> Result<A, InferenceError> {
        let url = self.base.join(path).map_err(|_| InferenceError::Malformed)?;
        let answer = self.http.post(url).bearer_auth(self.token.expose_secret()).json(question).send().await?;
        if !answer.status().is_success() {
            return Err(InferenceError::Refused(answer.status()));
        }
        let body = body_within(answer, MAX_ANSWER_BYTES).await.map_err(|error| match error {
            BodyError::BrokenOff(error) => InferenceError::from(error),
            BodyError::TooLong { .. } => InferenceError::Malformed,
        })?;
        serde_json::from_slice(&body).map_err(|_| InferenceError::Malformed)
    }
}
