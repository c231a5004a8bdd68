//! Agents: every request is signed over its time, a nonce, method, path and body.

use super::{Access, FromRef};
use crate::http::{Json, Problem, expect_json, whole_body};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, Uri},
};
use edgecoder_events::{Actor, AgentId, Author, PublicKey};
use edgecoder_identity::{
    NonceFileError, NonceRefusal,
    request::{Head, MAX_SKEW_MS, RequestRefusal, SignedHead, SignedRequest, UnverifiedRequest},
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

/// A request of a registered agent that may work: clock, signature, body and nonce were checked.
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

/// What the headers claim. Asked before the body is read: nobody's body is not taken in.
fn unverified(headers: &HeaderMap) -> Result<UnverifiedRequest, Problem> {
    UnverifiedRequest::parse(|name| headers.get(name).and_then(|value| value.to_str().ok()))
        .map_err(|error| Problem::unauthorized("signature_required", error.to_string()))
}

/// Checks clock and signature before the body is read: neither is a forger's body taken in.
fn verify_head(
    unverified: UnverifiedRequest,
    key: PublicKey,
    head: Head<'_>,
    access: &Access,
) -> Result<SignedHead, Problem> {
    unverified.verify_head(key, head, access.clock().now(), MAX_SKEW_MS).map_err(|refusal| not_signed(&refusal))
}

fn head<'a>(method: &'a Method, uri: &'a Uri) -> Head<'a> {
    let path = uri.path_and_query().map_or(uri.path(), |it| it.as_str());
    Head { method: method.as_str(), path }
}

fn not_signed(refusal: &RequestRefusal) -> Problem {
    Problem::unauthorized("signature_invalid", refusal.to_string())
}

async fn json_of(request: Request) -> Result<Bytes, Problem> {
    expect_json(request.headers())?;
    whole_body(request).await
}

/// Admits a request whose head was signed with this body, once.
fn admit(head: SignedHead, body: &[u8], access: &Access) -> Result<Author, Problem> {
    admit_once(head.with_body(body).map_err(|refusal| not_signed(&refusal))?, access)
}

/// Admits a verified request, and remembers its nonce.
fn admit_once(signed: SignedRequest, access: &Access) -> Result<Author, Problem> {
    let now = access.clock().now();
    match access.with_nonces(|nonces| signed.admit(nonces, now)) {
        Ok(verified) => Ok(verified.author()),
        Err(NonceFileError::Refused(NonceRefusal::Replayed)) => {
            Err(Problem::unauthorized("replayed_request", "this request was received before: sign each retry anew"))
        }
        Err(NonceFileError::Refused(NonceRefusal::Forgotten)) => Err(Problem::unavailable(
            "clock_set_back",
            "this service's clock was set back: it takes signed requests when it is past those that it took before",
        )),
        Err(NonceFileError::Refused(refusal @ NonceRefusal::TooManyRequests)) => {
            Err(Problem::too_many("too_many_requests", refusal.to_string()))
        }
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
        let head = verify_head(unverified, key, head(request.method(), request.uri()), &access)?;
        let bytes = json_of(request).await?;
        let author = admit(head, &bytes, &access)?;
        if !access.agents().may_work(&agent) {
            let detail = "an operator withdrew the approval of this agent, or it is blacklisted";
            return Err(Problem::forbidden("agent_may_not_work", detail));
        }
        let body: T = Json::parse(&bytes)?;
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
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let verify = |key| verify_head(unverified.clone(), key, head(&method, &uri), &access);
        // The key of a machine that is new is in the body: before that, the clock is all there is to check.
        match access.agents().signing_key(&agent) {
            Some(key) => drop(verify(key)?),
            None => unverified.check_clock(access.clock().now(), MAX_SKEW_MS).map_err(|it| not_signed(&it))?,
        }
        let bytes = json_of(request).await?;
        let body: T = Json::parse(&bytes)?;
        same_agent(&agent, body.agent())?;
        let author = if let Some(key) = access.agents().signing_key(&agent) {
            admit(verify(key)?, &bytes, &access)?
        } else {
            let signed = verify(body.own_key())?.with_body(&bytes).map_err(|refusal| not_signed(&refusal))?;
            // Before the nonce is remembered: anybody can sign with a key of their own, and the memory is bounded.
            access.tokens().check_node(&agent, body.registration_token()).await?;
            admit_once(signed, &access)?
        };
        Ok(Self { agent, author, body })
    }
}

#[cfg(test)]
mod tests;
