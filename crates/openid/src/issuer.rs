//! Which provider? Its issuer, and the rule for issuers of many tenants.

use edgecoder_outbound::is_this_machine;
use url::Url;

/// What Microsoft writes for the tenant in the documents of an issuer of many.
const TENANT: &str = "{tenantid}";

/// What stands in its place in the issuer's own address: any organisation, or anyone at all.
const MANY_TENANTS: [&str; 2] = ["organizations", "common"];

/// A text cannot be a provider's issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    #[error("the issuer is not an address; give it as the provider writes it, such as https://accounts.google.com")]
    NotAnAddress,
    #[error("the issuer must be https; http is for a provider on this machine")]
    NotSecure,
    #[error("the issuer has a query, a fragment or a user; give the address alone")]
    NotPlain,
}

/// A provider, by the address under which it publishes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// As it was given: issuers are compared letter by letter (OpenID Connect Discovery, section 4.3).
    text: String,
    url: Url,
}

impl Issuer {
    /// Google accounts.
    pub const GOOGLE: &str = "https://accounts.google.com";

    /// Work and school accounts of any organisation that uses Microsoft 365.
    pub const MICROSOFT: &str = "https://login.microsoftonline.com/organizations/v2.0";

    /// A provider by its issuer, as it writes it itself.
    pub fn at(address: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(address).map_err(|_| IssuerError::NotAnAddress)?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(IssuerError::NotSecure);
        }
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if plain { Ok(Self { text: address.to_owned(), url }) } else { Err(IssuerError::NotPlain) }
    }

    /// Its address.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// Where it describes itself (OpenID Connect Discovery, section 4).
    pub(crate) fn description(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'))
    }

    /// Whether a page of it may be asked: by https, or on this machine where the issuer is there too.
    pub(crate) fn may_use(&self, page: &Url) -> bool {
        page.scheme() == "https" || (page.scheme() == "http" && is_this_machine(&self.url) && is_this_machine(page))
    }

    /// The name that its tokens must bear, if it may call itself `named`.
    pub(crate) fn named(&self, named: &str) -> Option<IssuerName> {
        if named == self.text {
            return Some(IssuerName::One(named.to_owned()));
        }
        let of_many = MANY_TENANTS.iter().any(|many| named.replacen(TENANT, many, 1) == self.text);
        (of_many && named.matches(TENANT).count() == 1).then(|| IssuerName::OfTenants(named.to_owned()))
    }
}

/// What an issuer calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IssuerName {
    One(String),
    /// With a place for the tenant, which each token names.
    OfTenants(String),
}

impl IssuerName {
    /// What a token of this tenant must name as its issuer; none where it has to name a tenant and does not.
    pub(crate) fn for_tenant(&self, tenant: Option<&str>) -> Option<String> {
        match self {
            Self::One(name) => Some(name.clone()),
            Self::OfTenants(template) => {
                tenant.filter(|tenant| is_guid(tenant)).map(|tenant| template.replacen(TENANT, tenant, 1))
            }
        }
    }

    /// Whether a key that says whose it is may sign for `issuer`.
    pub(crate) fn allows_key_of(key_issuer: &str, tenant: Option<&str>, issuer: &str) -> bool {
        key_issuer.replacen(TENANT, tenant.unwrap_or(TENANT), 1) == issuer
    }
}

/// A tenant's id stands in an address: nothing but hexadecimal digits and hyphens, or it could lead elsewhere.
fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT_ID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn google() -> Issuer {
        Issuer::at(Issuer::GOOGLE).unwrap()
    }

    fn microsoft() -> Issuer {
        Issuer::at(Issuer::MICROSOFT).unwrap()
    }

    #[test]
    fn only_a_plain_secure_address_is_an_issuer() {
        assert!(Issuer::at("https://tenant.example/").is_ok());
        assert!(Issuer::at("http://127.0.0.1:9000").is_ok());
        assert_eq!(Issuer::at("accounts.google.com"), Err(IssuerError::NotAnAddress));
        assert_eq!(Issuer::at("http://accounts.google.com"), Err(IssuerError::NotSecure));
        assert_eq!(Issuer::at("https://id.example/?tenant=1"), Err(IssuerError::NotPlain));
        assert_eq!(Issuer::at("https://me@id.example/"), Err(IssuerError::NotPlain));
    }

    #[test]
    fn the_description_stands_below_the_issuer() {
        let of = |address| Issuer::at(address).unwrap().description();
        assert_eq!(of("https://id.example/"), "https://id.example/.well-known/openid-configuration");
        assert_eq!(
            microsoft().description(),
            "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
        );
    }

    #[test]
    fn pages_are_asked_by_https_unless_all_is_on_this_machine() {
        let (google, here) = (google(), Issuer::at("http://localhost:9000").unwrap());
        let page = |text: &str| Url::parse(text).unwrap();
        assert!(google.may_use(&page("https://oauth2.googleapis.com/token")));
        assert!(!google.may_use(&page("http://oauth2.googleapis.com/token")));
        assert!(!google.may_use(&page("http://127.0.0.1/token")));
        assert!(here.may_use(&page("http://127.0.0.1:9000/token")));
        assert!(!here.may_use(&page("http://id.example/token")));
        assert!(!google.may_use(&page("file:///etc/passwd")));
    }

    #[test]
    fn an_issuer_calls_itself_by_its_address_and_nothing_else() {
        let google = google();
        let name = google.named("https://accounts.google.com").unwrap();
        assert_eq!(name.for_tenant(None).as_deref(), Some("https://accounts.google.com"));
        assert_eq!(google.named("https://accounts.google.com/"), None);
        assert_eq!(google.named("https://{tenantid}.google.com"), None);
    }

    #[test]
    fn an_issuer_of_many_tenants_names_the_tokens_tenant() {
        let name = microsoft().named("https://login.microsoftonline.com/{tenantid}/v2.0").unwrap();
        let expected = format!("https://login.microsoftonline.com/{TENANT_ID}/v2.0");
        assert_eq!(name.for_tenant(Some(TENANT_ID)), Some(expected.clone()));
        assert_eq!(name.for_tenant(None), None);
        assert_eq!(name.for_tenant(Some("../../evil.example/aaaaaaaaaaaaaaaaaa")), None);
        let key_of = "https://login.microsoftonline.com/{tenantid}/v2.0";
        assert!(IssuerName::allows_key_of(key_of, Some(TENANT_ID), &expected));
        let consumers = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        assert!(!IssuerName::allows_key_of(consumers, Some(TENANT_ID), &expected));
    }

    #[test]
    fn an_issuer_of_one_tenant_is_not_one_of_many() {
        let one = Issuer::at(&format!("https://login.microsoftonline.com/{TENANT_ID}/v2.0")).unwrap();
        assert_eq!(one.named("https://login.microsoftonline.com/{tenantid}/v2.0"), None);
    }
}
