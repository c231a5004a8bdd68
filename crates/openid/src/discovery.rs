//! Where are a provider's pages, and what does it call itself? OpenID Connect Discovery, sections 3 and 4.

use crate::{
    issuer::{Issuer, IssuerName},
    web::{self, ProviderError},
};
use reqwest::Client;
use serde::Deserialize;
use url::Url;

const DESCRIPTION: &str = "description";

/// Providers add fields; those that are not used are passed over.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A provider's description, checked.
#[derive(Debug)]
pub struct Description {
    pub name: IssuerName,
    pub authorization: Url,
    pub token: Url,
    pub keys: Url,
    /// Whether the secret travels in the body: where the header, which is the default, is not taken.
    pub secret_in_body: bool,
    /// RFC 9207: whether every answer of the provider names it.
    pub answers_name_issuer: bool,
}

impl Description {
    pub async fn fetch(client: &Client, issuer: &Issuer) -> Result<Self, ProviderError> {
        let document = web::document(client.get(issuer.description()), DESCRIPTION).await?;
        Self::check(document, issuer)
    }

    fn check(document: Document, issuer: &Issuer) -> Result<Self, ProviderError> {
        let Some(name) = issuer.named(&document.issuer) else {
            return Err(ProviderError::OtherIssuer { says: document.issuer });
        };
        let methods = document.token_endpoint_auth_methods_supported;
        Ok(Self {
            name,
            authorization: page(issuer, "sign-in page", &document.authorization_endpoint)?,
            token: page(issuer, "token page", &document.token_endpoint)?,
            keys: page(issuer, "keys", &document.jwks_uri)?,
            secret_in_body: methods.is_some_and(|methods| methods.iter().all(|method| method != "client_secret_basic")),
            answers_name_issuer: document.authorization_response_iss_parameter_supported,
        })
    }
}

fn page(issuer: &Issuer, what: &'static str, address: &str) -> Result<Url, ProviderError> {
    let page = Url::parse(address).map_err(|_| ProviderError::Unreadable { what: DESCRIPTION })?;
    if issuer.may_use(&page) { Ok(page) } else { Err(ProviderError::NotSecure { what }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(change: impl FnOnce(&mut Value)) -> Result<Description, ProviderError> {
        let mut document = json!({
            "issuer": "https://id.example", "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token", "jwks_uri": "https://keys.example/set", "more": [1],
        });
        change(&mut document);
        Description::check(serde_json::from_value(document).unwrap(), &Issuer::at("https://id.example").unwrap())
    }

    #[test]
    fn the_secret_goes_into_the_body_only_where_the_header_is_not_taken() {
        let in_body = |methods: Value| {
            check(|document| document["token_endpoint_auth_methods_supported"] = methods).unwrap().secret_in_body
        };
        assert!(!check(|_| ()).unwrap().secret_in_body);
        assert!(!in_body(json!(["client_secret_post", "client_secret_basic"])));
        assert!(in_body(json!(["client_secret_post"])));
    }

    #[test]
    fn a_page_without_tls_is_refused() {
        for (field, what) in
            [("authorization_endpoint", "sign-in page"), ("token_endpoint", "token page"), ("jwks_uri", "keys")]
        {
            let refused = check(|document| document[field] = json!("http://id.example/page")).unwrap_err();
            assert!(matches!(refused, ProviderError::NotSecure { what: said } if said == what), "{refused}");
        }
    }

    #[test]
    fn the_description_of_another_issuer_is_refused() {
        let refused = check(|document| document["issuer"] = json!("https://id.example.evil.example")).unwrap_err();
        assert!(matches!(refused, ProviderError::OtherIssuer { .. }), "{refused}");
    }
}
