//! Who brings a token that this process was begun with? The administrator and our own services; no ledger is needed.

use super::{Access, AccessSettings, FromRef, TokenBook};
use crate::http::Problem;
use axum::{extract::ConnectInfo, http::request::Parts};
use edgecoder_identity::{Network, TokenHash, client_ip};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// How problems call a known token of another role.
const WRONG_ROLE: &str = "token_wrong_role";

/// What a token gets that nobody has.
pub(super) fn unknown_token() -> Problem {
    Problem::unauthorized(
        "token_unknown",
        "the token is not known here: it was mistyped, revoked, or is of another ledger",
    )
}

/// Checks the administrator and our own services. Cheap to clone.
///
/// A service with a ledger has it in its [`Access`]; one without has it alone.
#[derive(Clone)]
pub struct ServiceTokens {
    settings: Arc<AccessSettings>,
    /// The tokens of accounts, where there is a ledger: they are known here, and not for the roles below.
    accounts: Option<TokenBook>,
}

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
        Self { settings: Arc::new(settings), accounts: None }
    }

    /// Checks by `settings`, and knows the tokens of `accounts` from those of nobody.
    pub(super) fn beside(settings: AccessSettings, accounts: TokenBook) -> Self {
        Self { accounts: Some(accounts), ..Self::new(settings) }
    }

    pub(super) fn is_service(&self, token: &TokenHash) -> bool {
        self.settings.service == *token
    }

    /// What the bringer of a token hears that is not of the role that was asked for: 403 where we know it, as RFC 9110
    /// wants it, and 401 where it is nobody's.
    pub(super) async fn refusal(&self, token: &TokenHash) -> Problem {
        let is_account = match &self.accounts {
            Some(accounts) => accounts.account(token).await.map(|account| account.is_some()),
            None => Ok(false),
        };
        match is_account {
            Err(error) => error.into(),
            Ok(is_account) if is_account || self.is_service(token) || self.settings.operator == *token => {
                Problem::forbidden(WRONG_ROLE, "this token is good, but not for this: docs/API.md says whose is")
            }
            Ok(_) => unknown_token(),
        }
    }

    /// Whether `token` is the administrator's, from an address that may use it.
    pub(super) fn check_operator(&self, token: &TokenHash, parts: &Parts) -> Result<bool, Problem> {
        if self.settings.operator != *token {
            return Ok(false);
        }
        let networks = &self.settings.operator_networks;
        let address = client_address(parts, &self.settings.trusted_proxies);
        if networks.is_empty() || networks.iter().any(|network| network.contains(address)) {
            return Ok(true);
        }
        let detail = "the administrator's token is not accepted from this address: see ALLOWED_ADMIN_IPS";
        Err(Problem::forbidden("admin_ip_forbidden", detail))
    }
}

/// The address of the one who asks. A header says it only behind one of `trusted_proxies`.
pub fn client_address(parts: &Parts, trusted_proxies: &[Network]) -> IpAddr {
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let socket = socket.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    // A proxy may write a line of its own below the client's: all lines are one list, and the last is the proxy's.
    let lines = parts.headers.get_all("x-forwarded-for").iter();
    let lines: Vec<&str> = lines.map(|value| value.to_str().unwrap_or_default()).collect();
    client_ip(socket, Some(&lines.join(",")), trusted_proxies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use edgecoder_identity::{Token, TokenRole};
    use rand::{SeedableRng, rngs::StdRng};

    /// Whether the administrator's token is accepted with these lines of `x-forwarded-for`.
    fn accepted(proxy: &str, lines: &[&str]) -> bool {
        let token = Token::generate(TokenRole::Operator, &mut StdRng::seed_from_u64(1)).hash();
        let tokens = ServiceTokens::new(AccessSettings {
            operator: token.clone(),
            service: Token::generate(TokenRole::Service, &mut StdRng::seed_from_u64(2)).hash(),
            operator_networks: vec!["10.9.9.9".parse().unwrap()],
            trusted_proxies: vec![proxy.parse().unwrap()],
        });
        let asked_from: SocketAddr = "192.0.2.1:1".parse().unwrap();
        let request = Request::builder().extension(ConnectInfo(asked_from));
        let request = lines.iter().fold(request, |request, line| request.header("x-forwarded-for", *line));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        tokens.check_operator(&token, &parts).is_ok()
    }

    #[test]
    fn a_proxys_own_line_below_the_clients_is_the_one_that_counts() {
        let (trusted, other) = ("192.0.2.1", "192.0.2.2");
        assert!(accepted(trusted, &["10.9.9.9"]));
        assert!(accepted(trusted, &["203.0.113.9", "10.9.9.9"]));
        assert!(!accepted(trusted, &["10.9.9.9", "203.0.113.9"]), "the client wrote the first line");
        assert!(!accepted(trusted, &["10.9.9.9", "\u{fc}"]), "a line that is no text is no line of nobody");
        assert!(!accepted(other, &["10.9.9.9"]), "nobody's proxy");
    }
}
