//! What are callers checked against? Tokens by their hashes, agents by their keys, addresses by lists.

use super::ServiceTokens;
use crate::http::Problem;
use axum::http::StatusCode;
use edgecoder_events::{AgentId, Clock, PublicKey};
use edgecoder_identity::{Network, NonceFile, Token, TokenHash, TokenRole};
use edgecoder_store::{Secrets, StorageError};
use std::sync::{Arc, Mutex, PoisonError};

/// The keys that agents sign with now; the agent directory knows them.
pub trait AgentKeys: Send + Sync {
    /// The registered signing key.
    fn signing_key(&self, agent: &AgentId) -> Option<PublicKey>;
    /// Whether an operator's approval stands and nobody shut the agent out.
    fn may_work(&self, agent: &AgentId) -> bool;
}

/// How callers are checked.
pub struct AccessSettings {
    /// What the administrator's token must hash to.
    pub operator: TokenHash,
    /// What the token between our own services must hash to.
    pub service: TokenHash,
    /// Addresses that may use the administrator's token; everybody where empty.
    pub operator_networks: Vec<Network>,
    /// Proxies whose `x-forwarded-for` is believed.
    pub trusted_proxies: Vec<Network>,
}

/// Checks callers. Cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    own_tokens: ServiceTokens,
    tokens: TokenBook,
    agents: Arc<dyn AgentKeys>,
    nonces: Mutex<NonceFile>,
    clock: Arc<dyn Clock>,
}

impl Access {
    /// Checks by `settings`, `tokens` and the keys of `agents`.
    pub fn new(
        settings: AccessSettings,
        tokens: TokenBook,
        agents: Arc<dyn AgentKeys>,
        nonces: NonceFile,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let own_tokens = ServiceTokens::beside(settings, tokens.clone());
        Self(Arc::new(Inner { own_tokens, tokens, agents, nonces: Mutex::new(nonces), clock }))
    }

    pub(super) fn own_tokens(&self) -> &ServiceTokens {
        &self.0.own_tokens
    }

    /// The tokens of accounts and nodes.
    pub fn tokens(&self) -> &TokenBook {
        &self.0.tokens
    }

    pub(super) fn agents(&self) -> &dyn AgentKeys {
        self.0.agents.as_ref()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    pub(super) fn with_nonces<T>(&self, use_nonces: impl FnOnce(&mut NonceFile) -> T) -> T {
        use_nonces(&mut self.0.nonces.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The hashes of the tokens that were given out; the tokens themselves are nowhere.
#[derive(Clone)]
pub struct TokenBook {
    pub(super) secrets: Secrets,
}

const NODE_TOKENS: &str = "node-token";

impl TokenBook {
    /// Keeps hashes among the store's secrets, outside the log.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    /// Makes `token` the only one with which `node` may register for the first time.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn give_to_node(&self, node: &AgentId, token: &Token) -> Result<(), StorageError> {
        self.secrets.put(NODE_TOKENS, node.as_str(), token.hash().to_hex().as_bytes()).await
    }

    /// Checks a registration token.
    ///
    /// # Errors
    /// A 403 that says what to do; a 500 where it can not be read.
    pub async fn check_node(&self, node: &AgentId, token: Option<&str>) -> Result<(), Problem> {
        let parsed = token.and_then(|text| text.parse::<Token>().ok()).filter(|it| it.role() == TokenRole::Node);
        let kept = self.secrets.get(NODE_TOKENS, node.as_str()).await?;
        let kept = kept.and_then(|hex| String::from_utf8(hex).ok()).and_then(|hex| TokenHash::from_hex(&hex));
        match (parsed, kept) {
            (Some(token), Some(kept)) if token.hash() == kept => Ok(()),
            _ => {
                let detail =
                    "the registration token is missing or not this node's newest: its owner can enrol it again";
                Err(Problem::new(StatusCode::FORBIDDEN, "registration_token_invalid", detail))
            }
        }
    }
}
