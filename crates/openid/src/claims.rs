//! What does an ID token say? OpenID Connect Core, section 2, as far as it is read.

use serde::{Deserialize, Deserializer};

#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    #[serde(deserialize_with = "one_or_many")]
    pub aud: Vec<String>,
    pub azp: Option<String>,
    /// Seconds since 1970.
    pub exp: u64,
    pub iat: u64,
    pub nonce: Option<String>,
    pub at_hash: Option<String>,
    /// Microsoft's: the tenant.
    pub tid: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    pub email_verified: bool,
    #[serde(default, deserialize_with = "truth")]
    pub xms_edov: bool,
}

/// `aud` is a text, or a list of texts.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Audience::deserialize(deserializer)? {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many,
    })
}

/// Providers write a truth as `true`, as `"true"` or as 1; whatever else it is, it is not one.
fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == true || value == "true" || value == 1 || value == "1")
}
