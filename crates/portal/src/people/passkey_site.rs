//! Where do passkeys work? At one address of the portal: browsers know none for an address of numbers.

use edgecoder_outbound::is_this_machine;
use edgecoder_passkeys::{Site, SiteError};
use url::Url;

/// What authenticators show of us.
const NAME: &str = "EdgeCoder";

/// The address at which passkeys work.
pub struct PasskeySite {
    pub site: Site,
    /// Scheme, host and port.
    pub origin: String,
}

/// What a visitor can do with a passkey.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// Use one here.
    Here,
    /// Use one there.
    At(String),
    /// Use none, for this reason.
    Nowhere(SiteError),
}

impl PasskeySite {
    /// By the portal's address; where that is this machine by its numbers, by its name instead.
    ///
    /// # Errors
    /// Where browsers know no passkeys for it.
    pub fn of(public_url: &str) -> Result<Self, SiteError> {
        let mut address = Url::parse(public_url).map_err(|_| SiteError::NotADomain)?;
        if address.scheme() == "http" && is_this_machine(&address) {
            address.set_host(Some("localhost")).map_err(|_| SiteError::NotADomain)?;
        }
        let site = Site::new(&address, NAME)?;
        Ok(Self { site, origin: address.origin().ascii_serialization() })
    }

    /// What somebody can do who came by this host.
    pub fn place(of: Result<&Self, &SiteError>, host: &str) -> Place {
        match of {
            Ok(here) if here.origin.split_once("://").is_some_and(|(_, authority)| authority == host) => Place::Here,
            Ok(there) => Place::At(there.origin.clone()),
            Err(error) => Place::Nowhere(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(address: &str, host: &str) -> Place {
        PasskeySite::place(PasskeySite::of(address).as_ref(), host)
    }

    #[test]
    fn this_machine_has_passkeys_by_its_name_alone() {
        assert_eq!(place("http://127.0.0.1:4310", "localhost:4310"), Place::Here);
        assert_eq!(place("http://127.0.0.1:4310", "127.0.0.1:4310"), Place::At("http://localhost:4310".to_owned()));
        assert_eq!(place("http://[::1]:4310", "[::1]:4310"), Place::At("http://localhost:4310".to_owned()));
    }

    #[test]
    fn elsewhere_they_need_a_name_and_https() {
        assert_eq!(place("https://code.example", "code.example"), Place::Here);
        assert_eq!(place("https://code.example", "192.0.2.1"), Place::At("https://code.example".to_owned()));
        assert_eq!(place("http://code.example", "code.example"), Place::Nowhere(SiteError::NotSecure));
        assert_eq!(place("https://192.0.2.1", "192.0.2.1"), Place::Nowhere(SiteError::NotADomain));
    }
}
