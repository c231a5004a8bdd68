//! How does a worker speak to a coordinator? Signed JSON over HTTP, every wait and every body bounded.
//!
//! Nothing is sent twice here. Who tries again calls again, so every sending has a nonce and a signature of its own.

mod answer;
mod error;

pub use error::{CallError, Refusal};

use crate::chance::Chance;
use edgecoder_events::{AgentId, Clock};
use edgecoder_identity::{
    NodeKeys,
    envelope::Envelope,
    request::{Content, sign_request},
};
use edgecoder_outbound::Clients;
use edgecoder_wire::{
    agents::{Diagnostics, DiagnosticsStored, Heard, Heartbeat, Register, Registered},
    runtime::Identity,
    work::{Pull, Pulled, ResultAccepted, SubtaskResult},
};
use reqwest::{Method, RequestBuilder, Url, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// The longest wait for an answer that needs no work to appear.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// An answer of a few fields.
const MAX_SHORT_BODY: usize = 256 * 1024;
/// An envelope of the greatest size in base64, and the fields around it.
const MAX_WORK_BODY: usize = 12 * 1024 * 1024;

/// One machine's voice. Cloning shares the connections.
#[derive(Clone)]
pub struct CoordinatorClient {
    clients: Clients,
    agent: AgentId,
    keys: Arc<NodeKeys>,
    clock: Arc<dyn Clock>,
    chance: Arc<Chance>,
}

/// What bounds an answer.
#[derive(Clone, Copy)]
struct Bounds {
    wait: Duration,
    body: usize,
}

const SHORT: Bounds = Bounds { wait: ANSWER_WAIT, body: MAX_SHORT_BODY };

impl CoordinatorClient {
    /// A client for `agent`; `clock` and `chance` go into the signatures.
    ///
    /// # Errors
    /// [`CallError::NoTls`] where this machine has no usable TLS.
    pub fn new(
        agent: AgentId,
        keys: Arc<NodeKeys>,
        clock: Arc<dyn Clock>,
        chance: Arc<Chance>,
    ) -> Result<Self, CallError> {
        let clients = Clients::new().map_err(CallError::NoTls)?;
        Ok(Self { clients, agent, keys, clock, chance })
    }

    /// Who is the coordinator, and which key are reports sealed for?
    pub async fn identity(&self, base: &Url) -> Result<Identity, CallError> {
        let url = address(base, "/identity")?;
        answer::read(self.request(Method::GET, &url), SHORT).await
    }

    pub async fn register(&self, base: &Url, body: &Register) -> Result<Registered, CallError> {
        self.post(base, "/register", body, SHORT).await
    }

    pub async fn heartbeat(&self, base: &Url, body: &Heartbeat) -> Result<Heard, CallError> {
        self.post(base, "/heartbeat", body, SHORT).await
    }

    /// Waits for work, up to `wait` on the coordinator's side.
    pub async fn pull(&self, base: &Url, wait: Duration) -> Result<Pulled<Envelope>, CallError> {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let body = Pull { agent_id: self.agent.clone(), wait_ms };
        self.post(base, "/pull", &body, Bounds { wait: wait + ANSWER_WAIT, body: MAX_WORK_BODY }).await
    }

    pub async fn result(&self, base: &Url, body: &SubtaskResult<Envelope>) -> Result<ResultAccepted, CallError> {
        self.post(base, "/result", body, Bounds { wait: 2 * ANSWER_WAIT, ..SHORT }).await
    }

    pub async fn diagnostics(&self, base: &Url, body: &Diagnostics) -> Result<DiagnosticsStored, CallError> {
        self.post(base, "/agent/diagnostics", body, SHORT).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        base: &Url,
        path: &'static str,
        body: &impl Serialize,
        bounds: Bounds,
    ) -> Result<T, CallError> {
        let body = serde_json::to_vec(body).expect("wire types hold nothing that JSON can not");
        let url = address(base, path)?;
        let request = self.sign(self.request(Method::POST, &url), &url, &body);
        answer::read(request.header(CONTENT_TYPE, "application/json").body(body), bounds).await
    }

    fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        self.clients.of(url).request(method, url.clone())
    }

    /// Signs one sending.
    fn sign(&self, mut request: RequestBuilder, url: &Url, body: &[u8]) -> RequestBuilder {
        let content = Content { method: "POST", path: url.path(), body };
        let headers = self.chance.draw(|rng| sign_request(&self.keys, &self.agent, &content, &*self.clock, rng));
        for (name, value) in headers.pairs() {
            request = request.header(name, value);
        }
        request
    }
}

/// The place of an endpoint below a coordinator's address, which may have a path of its own.
fn address(base: &Url, path: &'static str) -> Result<Url, CallError> {
    let joined = format!("{}{path}", base.as_str().trim_end_matches('/'));
    joined.parse().map_err(|_| CallError::BadAddress { base: base.to_string() })
}
