//! Whose e-mail address is this, and who says so?

use crate::{claims::Claims, issuer::IssuerName};

/// RFC 5321, section 4.5.3.1.3.
const MAX_EMAIL_BYTES: usize = 254;

/// An address that the provider says the person owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEmail(String);

impl VerifiedEmail {
    /// The address, as the provider writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rule that the crate's documentation states.
    pub(crate) fn of(claims: &Claims, issuer: &IssuerName) -> Option<Self> {
        let verified = match issuer {
            IssuerName::One(_) => claims.email_verified || claims.xms_edov,
            IssuerName::OfTenants(_) => claims.xms_edov,
        };
        let email = claims.email.as_deref().filter(|email| verified && is_address(email))?;
        Some(Self(email.to_owned()))
    }
}

fn is_address(text: &str) -> bool {
    let plain = text.len() <= MAX_EMAIL_BYTES && !text.chars().any(|char| char.is_control() || char.is_whitespace());
    plain && text.split_once('@').is_some_and(|(who, domain)| !who.is_empty() && !domain.is_empty())
}
