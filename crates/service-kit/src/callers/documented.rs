//! How do OpenAPI documents name the callers, and what does each of them bring?

use utoipa::openapi::{
    Components, OpenApi,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// A caller as a document names it. Routes for anyone name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentedCaller {
    Account,
    Operator,
    Service,
    Agent,
}

impl DocumentedCaller {
    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::Agent => "agent",
        }
    }

    fn scheme(self) -> SecurityScheme {
        match self {
            Self::Account => bearer("The token of an account: ec_acct_…"),
            Self::Operator => bearer("The administrator's token: ec_op_…, from an address that may use it"),
            Self::Service => bearer("The token between our own services: ec_svc_…"),
            Self::Agent => signature(),
        }
    }
}

/// Says in `document` what its callers bring.
#[must_use]
pub fn with_callers(mut document: OpenApi, callers: &[DocumentedCaller]) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::new);
    for caller in callers {
        components.add_security_scheme(caller.name(), caller.scheme());
    }
    document
}

fn bearer(description: &str) -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build())
}

fn signature() -> SecurityScheme {
    let description = "An Ed25519 signature over time, nonce, method, path and body, with the headers x-agent-id, \
                       x-timestamp-ms, x-nonce and x-body-sha256: see docs/API.md";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-signature", description)))
}
