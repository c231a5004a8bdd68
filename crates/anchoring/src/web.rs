//! What does a server answer? Requests with a deadline, answers with a limit.

use edgecoder_outbound::{BodyError, body_within, client_of};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use std::time::Duration;

const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// As much of a refusal as is shown.
const MAX_REFUSAL_BYTES: usize = 300;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    #[error("{host} does not answer: check its address, and the way there")]
    NotAnswering { host: String },
    #[error("{host} did not answer in time: ask again later")]
    TooSlow { host: String },
    #[error("the answer of {host} is longer than {most} bytes: it is not what was asked for")]
    TooLong { host: String, most: usize },
    #[error("{host} broke off while it answered: ask again")]
    BrokenOff { host: String },
    #[error("{host} refused with status {status}: {said}")]
    Refused { host: String, status: u16, said: String },
    #[error("no TLS could be set up: install the certificates of this system")]
    NoTls,
}

impl WebError {
    /// Whether asking again later may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NotAnswering { .. } | Self::TooSlow { .. } | Self::BrokenOff { .. } => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            Self::TooLong { .. } | Self::NoTls => false,
        }
    }
}

/// One server, and the connections to it.
#[derive(Debug, Clone)]
pub struct Web {
    client: Client,
    base: Url,
}

impl Web {
    /// Speaks to the server at `base`; every request ends within `deadline`, and none is led elsewhere.
    pub fn new(base: &Url, deadline: Duration) -> Result<Self, WebError> {
        let client = client_of(base).connect_timeout(CONNECT_WAIT).timeout(deadline);
        let mut base = base.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self { client: client.build().map_err(|_| WebError::NoTls)?, base })
    }

    pub fn base(&self) -> &Url {
        &self.base
    }

    pub fn host(&self) -> String {
        self.base.host_str().unwrap_or_default().to_owned()
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub fn post(&self, path: &str, body: Vec<u8>) -> RequestBuilder {
        self.client.post(self.url(path)).body(body)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The body of a good answer.
    pub async fn ask(&self, request: RequestBuilder, most: usize) -> Result<Vec<u8>, WebError> {
        let (status, body) = self.ask_any(request, most).await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(WebError::Refused { host: self.host(), status: status.as_u16(), said: said_in(&body) })
    }

    /// The body of a good answer; nothing where the server has no such thing.
    pub async fn find(&self, request: RequestBuilder, most: usize) -> Result<Option<Vec<u8>>, WebError> {
        match self.ask(request, most).await {
            Ok(body) => Ok(Some(body)),
            Err(WebError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The body of whatever answer there is, with its status.
    pub async fn ask_any(&self, request: RequestBuilder, most: usize) -> Result<(StatusCode, Vec<u8>), WebError> {
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let status = response.status();
        let body = body_within(response, most).await.map_err(|error| match error {
            BodyError::BrokenOff(error) => self.failed(&error),
            BodyError::TooLong { limit } => WebError::TooLong { host: self.host(), most: limit },
        })?;
        Ok((status, body))
    }

    fn failed(&self, error: &reqwest::Error) -> WebError {
        let host = self.host();
        if error.is_timeout() {
            WebError::TooSlow { host }
        } else if error.is_connect() {
            WebError::NotAnswering { host }
        } else {
            WebError::BrokenOff { host }
        }
    }
}

/// What a server said about its refusal: one line, nothing that a terminal would obey.
pub fn said_in(body: &[u8]) -> String {
    let start = String::from_utf8_lossy(&body[..body.len().min(MAX_REFUSAL_BYTES)]);
    start.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}
