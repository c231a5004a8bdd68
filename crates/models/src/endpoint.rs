//! How does a request reach a model server, and what does a refusal mean?

use crate::{
    ModelError, Protocol,
    chat::{ChatLimits, LineFault, mentions_memory},
    lines::LineBuffer,
    patience::Patience,
};
use edgecoder_events::ModelName;
use edgecoder_outbound::{BodyError, body_within, client_of};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long questions without a model in them may take: versions, lists.
const SHORT_WAIT: Duration = Duration::from_secs(10);
/// The longest answer that is not streamed.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// As much of a refusal as is looked at.
const MAX_REFUSAL_BYTES: usize = 16 * 1024;

/// One model server: its address, its key, and the connections to it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    client: Client,
    base: String,
    protocol: Protocol,
    key: Option<SecretString>,
}

/// A request about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    pub path: &'static str,
    /// The model that is meant, so that a 404 can name it.
    pub model: Option<&'a ModelName>,
}

impl Endpoint {
    pub fn new(base: &Url, protocol: Protocol, key: Option<SecretString>) -> Result<Self, ModelError> {
        let problem = "no TLS could be set up for it";
        let client = client_of(base).build().map_err(|_| ModelError::BadAddress { protocol, problem })?;
        Ok(Self { client, base: base.as_str().trim_end_matches('/').to_owned(), protocol, key })
    }

    pub fn url(&self) -> &str {
        &self.base
    }

    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Gets a short answer.
    pub async fn get<T: DeserializeOwned>(&self, path: &'static str) -> Result<T, ModelError> {
        let request = self.request(Method::GET, path);
        self.short_answer(request, Ask { path, model: None }).await
    }

    /// Posts a question that has a short answer.
    pub async fn post<T: DeserializeOwned>(&self, ask: Ask<'_>, body: &impl Serialize) -> Result<T, ModelError> {
        let request = self.request(Method::POST, ask.path).json(body);
        self.short_answer(request, ask).await
    }

    /// Posts a question whose answer is streamed line by line.
    pub async fn stream(
        &self,
        ask: Ask<'_>,
        body: &impl Serialize,
        patience: Patience,
    ) -> Result<AnswerLines, ModelError> {
        let request = self.request(Method::POST, ask.path).json(body);
        let response = self.send(request, ask, &patience).await?;
        Ok(AnswerLines { endpoint: self.clone(), response, buffer: LineBuffer::default(), patience })
    }

    /// What it means that the server answers, but not in its protocol.
    fn bad_protocol(&self, problem: &'static str) -> ModelError {
        ModelError::BadProtocol { url: self.base.clone(), protocol: self.protocol, problem }
    }

    fn fault(&self, fault: LineFault) -> ModelError {
        match fault {
            LineFault::NotTheProtocol => self.bad_protocol("a line of its answer is not the expected JSON"),
            LineFault::ServerError => ModelError::FailedWhileAnswering,
            LineFault::TooLittleMemory => ModelError::TooLittleMemory,
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        }
    }

    async fn short_answer<T: DeserializeOwned>(&self, request: RequestBuilder, ask: Ask<'_>) -> Result<T, ModelError> {
        let limits = ChatLimits { deadline: SHORT_WAIT, first_piece: SHORT_WAIT, ..ChatLimits::default() };
        let patience = Patience::starting_now(limits, CancellationToken::new());
        let response = self.send(request, ask, &patience).await?;
        let body = patience.wait(read_at_most(response, MAX_BODY_BYTES)).await?;
        serde_json::from_slice(&body?).map_err(|_| self.bad_protocol("its answer is not the expected JSON"))
    }

    async fn send(&self, request: RequestBuilder, ask: Ask<'_>, patience: &Patience) -> Result<Response, ModelError> {
        let response = patience.wait(request.send()).await?.map_err(|error| self.unsent(&error))?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let status = response.status();
        let body = patience.wait(read_at_most(response, MAX_REFUSAL_BYTES)).await?.unwrap_or_default();
        Err(self.refusal(status, ask.model, &String::from_utf8_lossy(&body)))
    }

    fn unsent(&self, error: &reqwest::Error) -> ModelError {
        if error.is_connect() {
            ModelError::NotAnswering { url: self.base.clone(), protocol: self.protocol }
        } else {
            ModelError::BrokenOff
        }
    }

    fn refusal(&self, status: StatusCode, model: Option<&ModelName>, body: &str) -> ModelError {
        let (url, protocol) = (self.base.clone(), self.protocol);
        match (status, model) {
            (StatusCode::NOT_FOUND, Some(model)) if body.contains("model") => {
                ModelError::NotInstalled { model: model.clone(), protocol }
            }
            (StatusCode::NOT_FOUND, _) => self.bad_protocol("it has no such page"),
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => ModelError::KeyRefused { url },
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => ModelError::Busy { url },
            (status, _) if status.is_redirection() => ModelError::Redirected { url },
            (status, _) if status.is_server_error() && mentions_memory(body) => ModelError::TooLittleMemory,
            (status, _) if status.is_server_error() => ModelError::ServerFailed { url, status: status.as_u16() },
            (status, _) => ModelError::Refused { url, status: status.as_u16() },
        }
    }
}

async fn read_at_most(response: Response, limit: usize) -> Result<Vec<u8>, ModelError> {
    body_within(response, limit).await.map_err(|error| match error {
        BodyError::BrokenOff(_) => ModelError::BrokenOff,
        BodyError::TooLong { limit } => ModelError::TooLong { limit },
    })
}

/// The lines of a streamed answer, as they come.
pub struct AnswerLines {
    endpoint: Endpoint,
    response: Response,
    buffer: LineBuffer,
    patience: Patience,
}

impl AnswerLines {
    /// Starts the next wait: something worth waiting for has come.
    pub fn heard(&mut self) {
        self.patience.heard();
    }

    /// Waits for the next line and reads it; `None` when the answer is over.
    pub async fn next<T>(&mut self, read: fn(&[u8]) -> Result<T, LineFault>) -> Result<Option<T>, ModelError> {
        loop {
            if let Some(line) = self.buffer.take() {
                return read(line).map(Some).map_err(|fault| self.endpoint.fault(fault));
            }
            match self.patience.wait(self.response.chunk()).await? {
                Ok(Some(chunk)) => {
                    self.buffer
                        .push(&chunk)
                        .map_err(|_| self.endpoint.bad_protocol("a line of its answer never ends"))?;
                }
                Ok(None) => {
                    let last = self.buffer.take_rest().map(read).transpose();
                    return last.map_err(|fault| self.endpoint.fault(fault));
                }
                Err(_) => return Err(ModelError::BrokenOff),
            }
        }
    }
}
