//! Who brings a token that this process was begun with? The administrator and our own services; no ledger is needed.

use super::{Access, AccessSettings, FromRef};
use crate::http::Problem;
use axum::{extract::ConnectInfo, http::request::Parts};
use edgecoder_identity::{TokenHash, client_ip};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// Checks the administrator and our own services. Cheap to clone.
///
/// A service with a ledger has it in its [`Access`]; one without has it alone.
#[derive(Clone)]
pub struct ServiceTokens(Arc<AccessSettings>);

impl<S> FromRef<S> for ServiceTokens
where
    Access: FromRef<S>,
{
    fn from_ref(state: &S) -> Self {
        Access::from_ref(state).own_tokens().clone()
    }
}

impl ServiceTokens {
    /// Checks by `settings`.
    pub fn new(settings: AccessSettings) -> Self {
        Self(Arc::new(settings))
    }

    pub(super) fn is_service(&self, token: &TokenHash) -> bool {
        self.0.service == *token
    }

    /// Whether `token` is the administrator's, from an address that may use it.
    pub(super) fn check_operator(&self, token: &TokenHash, parts: &Parts) -> Result<bool, Problem> {
        if self.0.operator != *token {
            return Ok(false);
        }
        let (networks, address) = (&self.0.operator_networks, self.client_address(parts));
        if networks.is_empty() || networks.iter().any(|network| network.contains(address)) {
            return Ok(true);
        }
        let detail = "the administrator's token is not accepted from this address: see ALLOWED_ADMIN_IPS";
        Err(Problem::forbidden("admin_ip_forbidden", detail))
    }

    /// The address of the one who asks. A header says it only behind a configured proxy.
    fn client_address(&self, parts: &Parts) -> IpAddr {
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let socket = socket.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        client_ip(socket, forwarded, &self.0.trusted_proxies)
    }
}
