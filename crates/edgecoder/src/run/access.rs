//! Which tokens and addresses are accepted?

use crate::data_dir::DataDir;
use anyhow::{Context, Result};
use edgecoder_events::{AgentId, Clock, PublicKey};
use edgecoder_identity::{Network, Token, TokenRole};
use edgecoder_projections::Projections;
use edgecoder_service_kit::{
    callers::{AccessSettings, AgentKeys},
    chance,
    settings::Settings,
};
use std::sync::{Arc, Weak};

/// The tokens of operators and of our own services: from the settings, else made once and kept.
pub struct Tokens {
    pub operator: Token,
    /// Whether the operator's token was made just now and must be shown.
    pub operator_is_new: bool,
    pub service: Token,
}

impl Tokens {
    /// Reads or makes them.
    pub fn of(settings: &Settings, data: &DataDir) -> Result<Self> {
        let (operator, operator_is_new) = token(settings, data, TokenRole::Operator)?;
        let (service, _) = token(settings, data, TokenRole::Service)?;
        Ok(Self { operator, operator_is_new, service })
    }
}

fn token(settings: &Settings, data: &DataDir, role: TokenRole) -> Result<(Token, bool)> {
    let (setting, file) = match role {
        TokenRole::Service => ("EDGECODER_SERVICE_TOKEN", "service.token"),
        TokenRole::Operator
        | TokenRole::Account
        | TokenRole::Node
        | TokenRole::Session
        | TokenRole::Visit
        | TokenRole::Mail => ("ADMIN_API_TOKEN", "operator.token"),
    };
    if let Some(text) = settings.text(setting) {
        let advice =
            || format!("{setting} can not be used: leave it away to have one made in {}", data.join(file).display());
        return Ok((text.parse().with_context(advice)?, false));
    }
    let kept = data.secret(file, || Token::generate(role, &mut chance::system()).expose().to_owned())?;
    let token = kept.text.parse().with_context(|| format!("{} holds no token", data.join(file).display()))?;
    Ok((token, kept.is_new))
}

/// How callers are checked in this process.
pub fn settings(settings: &Settings, tokens: &Tokens) -> Result<AccessSettings> {
    Ok(AccessSettings {
        operator: tokens.operator.hash(),
        service: tokens.service.hash(),
        operator_networks: settings.list("ALLOWED_ADMIN_IPS", "addresses or networks as 10.0.0.0/8")?,
        trusted_proxies: trusted_proxies(settings)?,
    })
}

/// Proxies that many people stand behind, and that say whom they see.
pub fn trusted_proxies(settings: &Settings) -> Result<Vec<Network>> {
    Ok(settings.list("TRUSTED_PROXIES", "addresses or networks as 10.0.0.0/8")?)
}

/// The agent directory as the source of agents' keys.
pub struct DirectoryKeys {
    pub projections: Weak<Projections>,
    pub clock: Arc<dyn Clock>,
}

impl AgentKeys for DirectoryKeys {
    fn signing_key(&self, agent: &AgentId) -> Option<PublicKey> {
        self.projections.upgrade()?.agent_directory(|agents| agents.signing_key(agent))
    }

    fn may_work(&self, agent: &AgentId) -> bool {
        let now = self.clock.now();
        let entry = self.projections.upgrade().and_then(|all| all.agent_directory(|agents| agents.get(agent)));
        // Online or not: a machine that was away comes back by asking, and one that drains still delivers.
        entry.is_some_and(|entry| entry.is_approved() && !entry.is_blacklisted(now))
    }
}
