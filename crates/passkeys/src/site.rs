//! Whom is a passkey for? The site as browsers know it: its domain and its origin.

use aws_lc_rs::digest::{SHA256, digest};
use url::{Host, Url};

/// Why a site cannot have passkeys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    #[error("browsers know no passkeys for an address of numbers; give the site a name, or open it as localhost")]
    NotADomain,
    #[error("browsers allow passkeys over https only; serve the site by https, or open it as localhost")]
    NotSecure,
}

/// A web site with passkeys: one origin, whose domain is the relying party's id (WebAuthn, section 4).
#[derive(Debug, Clone)]
pub struct Site {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) id_hash: Vec<u8>,
}

impl Site {
    /// A site by the address that people open, and its name, which authenticators may show.
    ///
    /// A passkey is bound to the address's domain for ever: where the site moves to another, people register anew.
    pub fn new(address: &Url, name: &str) -> Result<Self, SiteError> {
        let Some(Host::Domain(domain)) = address.host() else { return Err(SiteError::NotADomain) };
        let on_this_machine = domain == "localhost" || domain.ends_with(".localhost");
        if address.scheme() != "https" && !(address.scheme() == "http" && on_this_machine) {
            return Err(SiteError::NotSecure);
        }
        Ok(Self {
            id: domain.to_owned(),
            name: name.to_owned(),
            origin: address.origin().ascii_serialization(),
            id_hash: digest(&SHA256, domain.as_bytes()).as_ref().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(address: &str) -> Result<(String, String), SiteError> {
        Site::new(&Url::parse(address).unwrap(), "EdgeCoder").map(|site| (site.id, site.origin))
    }

    #[test]
    fn the_address_says_domain_and_origin() {
        assert_eq!(site("https://Code.example/sign-in"), Ok(("code.example".into(), "https://code.example".into())));
        assert_eq!(site("https://code.example:8443"), Ok(("code.example".into(), "https://code.example:8443".into())));
        assert_eq!(site("http://localhost:4310"), Ok(("localhost".into(), "http://localhost:4310".into())));
    }

    #[test]
    fn what_browsers_refuse_is_said_before_anyone_tries() {
        assert_eq!(site("http://127.0.0.1:4310"), Err(SiteError::NotADomain));
        assert_eq!(site("https://[::1]:4310"), Err(SiteError::NotADomain));
        assert_eq!(site("http://code.example"), Err(SiteError::NotSecure));
        assert_eq!(site("http://notlocalhost"), Err(SiteError::NotSecure));
    }
}
