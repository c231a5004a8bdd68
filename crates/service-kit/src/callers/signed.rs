//! Agents: every request is signed over its time, a nonce, method, path and body.

use super::{Access, FromRef};
use crate::http::{Json, Problem, expect_json, whole_body};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, Uri, request::Parts},
};
use edgecoder_events::{Actor, AgentId, Author, PublicKey};
use edgecoder_identity::{
    NonceFileError, NonceRefusal,
    request::{Content, MAX_SKEW_MS, SignedRequest, UnverifiedRequest},
};
use edgecoder_wire::{
    agents::{Diagnostics, Heartbeat, Register},
    work::{Pull, SubtaskResult},
};
use serde::de::DeserializeOwned;

/// A body that says which agent it is of.
pub trait NamesAgent {
    /// The agent that the body names; must be the one that signed.
    fn agent(&self) -> &AgentId;
}

/// A body that brings the key it is signed with: a registration.
pub trait RegistrationSigner: NamesAgent {
    /// The key that the body brings.
    fn own_key(&self) -> PublicKey;
    /// The token that admits the machine the first time.
    fn registration_token(&self) -> Option<&str>;
}

macro_rules! names_agent {
    ($($body:ty),+ $(,)?) => {
        $(impl NamesAgent for $body {
            fn agent(&self) -> &AgentId {
                &self.agent_id
            }
        })+
    };
}

names_agent!(Register, Heartbeat, Diagnostics, Pull);

impl<E> NamesAgent for SubtaskResult<E> {
    fn agent(&self) -> &AgentId {
        &self.agent_id
    }
}

impl RegistrationSigner for Register {
    fn own_key(&self) -> PublicKey {
        self.signing_key
    }

    fn registration_token(&self) -> Option<&str> {
        self.registration_token.as_deref()
    }
}

/// A request of a registered agent that may work: signature, clock, body and nonce were checked.
#[derive(Debug, Clone)]
pub struct Signed<T> {
    pub agent: AgentId,
    pub author: Author,
    pub body: T,
}

impl<T> Signed<T> {
    /// How the log names the agent.
    pub fn actor(&self) -> Actor {
        Actor::agent(&self.agent)
    }
}

/// The parts of a request that a signature covers.
struct Sent {
    method: Method,
    uri: Uri,
    body: Bytes,
}

impl Sent {
    async fn take<S: Send + Sync>(request: Request, state: &S) -> Result<Self, Problem> {
        expect_json(request.headers())?;
        let (Parts { method, uri, extensions, .. }, body) = request.into_parts();
        let mut request = Request::new(body);
        // The route's bound on the length of a body is among them.
        *request.extensions_mut() = extensions;
        let body = whole_body(request, state).await?;
        Ok(Self { method, uri, body })
    }

    fn verify(&self, unverified: UnverifiedRequest, key: PublicKey, access: &Access) -> Result<SignedRequest, Problem> {
        let path = self.uri.path_and_query().map_or(self.uri.path(), |it| it.as_str());
        let content = Content { method: self.method.as_str(), path, body: &self.body };
        unverified
            .verify(key, &content, access.clock().now(), MAX_SKEW_MS)
            .map_err(|refusal| Problem::unauthorized("signature_invalid", refusal.to_string()))
    }
}

/// What the headers claim. Asked before the body is read: nobody's body is not taken in.
fn unverified(headers: &HeaderMap) -> Result<UnverifiedRequest, Problem> {
    UnverifiedRequest::parse(|name| headers.get(name).and_then(|value| value.to_str().ok()))
        .map_err(|error| Problem::unauthorized("signature_required", error.to_string()))
}

/// Admits a request that `key` signed, once.
fn admit(sent: &Sent, unverified: UnverifiedRequest, key: PublicKey, access: &Access) -> Result<Author, Problem> {
    admit_once(sent.verify(unverified, key, access)?, access)
}

/// Admits a verified request, and remembers its nonce.
fn admit_once(signed: SignedRequest, access: &Access) -> Result<Author, Problem> {
    let now = access.clock().now();
    match access.with_nonces(|nonces| signed.admit(nonces, now)) {
        Ok(verified) => Ok(verified.author()),
        Err(NonceFileError::Refused(NonceRefusal::Replayed)) => {
            Err(Problem::unauthorized("replayed_request", "this request was received before: sign each retry anew"))
        }
        Err(NonceFileError::Refused(refusal)) => Err(Problem::too_many("too_many_requests", refusal.to_string())),
        Err(error) => Err(Problem::internal(&error)),
    }
}

fn same_agent(signer: &AgentId, named: &AgentId) -> Result<(), Problem> {
    if signer == named {
        return Ok(());
    }
    Err(Problem::unauthorized("agent_id_mismatch", "agentId in the body is not the agent that signed the request"))
}

impl<T, S> FromRequest<S> for Signed<T>
where
    T: DeserializeOwned + NamesAgent,
    Access: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let access = Access::from_ref(state);
        let unverified = unverified(request.headers())?;
        let agent = unverified.claimed_agent().clone();
        let Some(key) = access.agents().signing_key(&agent) else {
            return Err(Problem::unauthorized("agent_not_registered", "register this agent first"));
        };
        let sent = Sent::take(request, state).await?;
        let author = admit(&sent, unverified, key, &access)?;
        if !access.agents().may_work(&agent) {
            let detail = "an operator withdrew the approval of this agent, or it is blacklisted";
            return Err(Problem::forbidden("agent_may_not_work", detail));
        }
        let body: T = Json::parse(&sent.body)?;
        same_agent(&agent, body.agent())?;
        Ok(Self { agent, author, body })
    }
}

/// A registration: signed by the registered key where there is one, else by the key that it brings, with the token
/// that the machine's owner was given.
#[derive(Debug, Clone)]
pub struct SignedRegistration<T> {
    pub agent: AgentId,
    pub author: Author,
    pub body: T,
}

impl<T, S> FromRequest<S> for SignedRegistration<T>
where
    T: DeserializeOwned + RegistrationSigner + Send + Sync,
    Access: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let access = Access::from_ref(state);
        let unverified = unverified(request.headers())?;
        let agent = unverified.claimed_agent().clone();
        let sent = Sent::take(request, state).await?;
        let body: T = Json::parse(&sent.body)?;
        same_agent(&agent, body.agent())?;
        let author = if let Some(key) = access.agents().signing_key(&agent) {
            admit(&sent, unverified, key, &access)?
        } else {
            let signed = sent.verify(unverified, body.own_key(), &access)?;
            // Before the nonce is remembered: anybody can sign with a key of their own, and the memory is bounded.
            access.tokens().check_node(&agent, body.registration_token()).await?;
            admit_once(signed, &access)?
        };
        Ok(Self { agent, author, body })
    }
}

#[cfg(test)]
mod tests;
