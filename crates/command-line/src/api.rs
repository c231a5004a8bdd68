//! How does a question reach a service, and what does its refusal mean?

use crate::{error::CliError, safe::one_line};
use edgecoder_outbound::{BodyError, body_within, client_of};
use edgecoder_wire::problem::ProblemDetails;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// The longest that a question with one answer may take.
const ANSWER_WAIT: Duration = Duration::from_mins(1);
/// The longest answer: a task with its files, reports and diffs.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// As much of a refusal as is read.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// How services call a token that is good, but not for what was asked.
const WRONG_ROLE: &str = "token_wrong_role";

/// Who is asked, and as whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    CoordinatorForAccount,
    CoordinatorForOperator,
    ControlPlane,
}

impl Service {
    /// Which token a refused caller lacks.
    const fn wanted_token(self) -> &'static str {
        match self {
            Self::CoordinatorForAccount => "the token that `edgecoder account create NAME` showed (ec_acct_…)",
            Self::CoordinatorForOperator | Self::ControlPlane => "the operator's token (ec_op_…)",
        }
    }

    /// The setting that holds this token.
    const fn token_setting(self) -> &'static str {
        match self {
            Self::CoordinatorForAccount => "EDGECODER_TOKEN",
            Self::CoordinatorForOperator | Self::ControlPlane => "ADMIN_API_TOKEN",
        }
    }
}

/// One service: its address, a token, and the connections to it.
#[derive(Debug, Clone)]
pub struct Api {
    service: Service,
    client: Client,
    base: Url,
    token: Option<SecretString>,
}

impl Api {
    pub fn new(service: Service, base: &Url, token: Option<SecretString>) -> Result<Self, CliError> {
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(CliError::usage(format!("{base} is no address of a service: expected http://host:port")));
        }
        let client = client_of(base).build();
        let client = client.map_err(|error| CliError::NoTls(one_line(&error.to_string())))?;
        Ok(Self { service, client, base: base.clone(), token })
    }

    /// The address for people, with no slash at its end and no password in it.
    pub fn address(&self) -> String {
        let mut shown = self.base.clone();
        // Fails only for addresses without a host, which `new` refuses.
        let _ = shown.set_password(None);
        shown.as_str().trim_end_matches('/').to_owned()
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, Option<String>)],
    ) -> Result<T, CliError> {
        self.answer(self.request(Method::GET, path, query)).await
    }

    /// Gets what is no JSON, at most `limit` bytes of it.
    pub async fn get_text(&self, path: &[&str], limit: usize) -> Result<Vec<u8>, CliError> {
        let response = self.send(self.request(Method::GET, path, &[]).timeout(ANSWER_WAIT)).await?;
        self.read_at_most(response, limit).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &[&str], body: &impl Serialize) -> Result<T, CliError> {
        self.post_with(path, &[], body).await
    }

    pub async fn post_with<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, Option<String>)],
        body: &impl Serialize,
    ) -> Result<T, CliError> {
        self.answer(self.request(Method::POST, path, query).json(body)).await
    }

    /// Posts what has no answer but that it was done.
    pub async fn command(&self, path: &[&str], body: Option<&impl Serialize>) -> Result<(), CliError> {
        let request = self.request(Method::POST, path, &[]).timeout(ANSWER_WAIT);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
        .map(drop)
    }

    /// Opens a stream of server-sent events behind the event `last_seen`.
    pub async fn open_events(&self, path: &[&str], last_seen: Option<u64>) -> Result<Response, CliError> {
        let request = self.request(Method::GET, path, &[]).header("accept", "text/event-stream");
        self.send(match last_seen {
            Some(position) => request.header("last-event-id", position.to_string()),
            None => request,
        })
        .await
    }

    /// What it means that a request or the reading of its answer failed.
    pub fn unsent(&self, error: &reqwest::Error) -> CliError {
        let address = self.address();
        if error.is_connect() { CliError::Unreachable { address } } else { CliError::BrokenOff { address } }
    }

    pub fn not_understood(&self, problem: &str) -> CliError {
        CliError::NotUnderstood { address: self.address(), problem: one_line(problem) }
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, Option<String>)]) -> RequestBuilder {
        let mut url = self.base.clone();
        url.path_segments_mut().expect("`new` refuses addresses without a path").pop_if_empty().extend(path);
        for (name, value) in query {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, CliError> {
        let response = self.send(request.timeout(ANSWER_WAIT)).await?;
        let body = self.read_at_most(response, MAX_ANSWER_BYTES).await?;
        serde_json::from_slice(&body).map_err(|error| self.not_understood(&error.to_string()))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, CliError> {
        let response = request.send().await.map_err(|error| self.unsent(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response).await) }
    }

    async fn refusal(&self, response: Response) -> CliError {
        let (status, address) = (response.status(), self.address());
        let body = match self.read_at_most(response, MAX_REFUSAL_BYTES).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        let problem: Option<ProblemDetails> = serde_json::from_slice(&body).ok();
        match (status, problem) {
            (StatusCode::FORBIDDEN, Some(problem)) if problem.error == WRONG_ROLE => {
                let detail = one_line(&problem.detail);
                CliError::Unauthorized { address, detail, wanted: self.service.wanted_token() }
            }
            (StatusCode::UNAUTHORIZED, _) if self.token.is_none() => {
                let (wanted, setting) = (self.service.wanted_token(), self.service.token_setting());
                CliError::NoToken { address, wanted, setting }
            }
            (StatusCode::UNAUTHORIZED, problem) => {
                let detail = problem.map_or_else(|| "unauthorized".to_owned(), |problem| one_line(&problem.detail));
                CliError::Unauthorized { address, detail, wanted: self.service.wanted_token() }
            }
            (status, Some(problem)) => CliError::refused(status.as_u16(), &problem),
            (status, None) => CliError::Unexplained { address, status: status.as_u16() },
        }
    }

    async fn read_at_most(&self, response: Response, limit: usize) -> Result<Vec<u8>, CliError> {
        body_within(response, limit).await.map_err(|error| match error {
            BodyError::BrokenOff(error) => self.unsent(&error),
            BodyError::TooLong { limit } => CliError::TooLong { address: self.address(), limit },
        })
    }
}
