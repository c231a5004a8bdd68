//! Which key of the provider signed this? Its key set (RFC 7517) and the signatures that are taken (RFC 7518, RFC 8037).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// More than any provider publishes at once.
const MAX_KEYS: usize = 64;
const COORDINATE_BYTES: usize = 32;

/// How an ID token may be signed. Not here, so refused: `none`, and every `HS…`, whose secret would be a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
pub struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// Microsoft's: for whom it signs.
    issuer: Option<String>,
}

/// A key that may sign ID tokens.
#[derive(Debug)]
pub struct Key {
    pub id: Option<String>,
    pub issuer: Option<String>,
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
}

impl Key {
    /// None for a key that signs something else, or in a way that is not taken.
    fn read(jwk: serde_json::Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        let algorithm = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", None) => Algorithm::Rs256,
            ("EC", Some("P-256")) => Algorithm::Es256,
            ("OKP", Some("Ed25519")) => Algorithm::EdDsa,
            _ => return None,
        };
        let for_signing = jwk.r#use.as_deref().is_none_or(|of| of == "sig");
        let for_this = jwk.alg.as_deref().is_none_or(|name| Algorithm::named(name) == Some(algorithm));
        if !for_signing || !for_this {
            return None;
        }
        let parsed = match algorithm {
            Algorithm::Rs256 => {
                let (n, e) = (number(jwk.n.as_deref())?, number(jwk.e.as_deref())?);
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?
            }
            Algorithm::Es256 => {
                let point = [vec![4], coordinate(jwk.x.as_deref())?, coordinate(jwk.y.as_deref())?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?
            }
            Algorithm::EdDsa => ParsedPublicKey::new(&ED25519, coordinate(jwk.x.as_deref())?).ok()?,
        };
        Some(Self { id: jwk.kid, issuer: jwk.issuer, algorithm, parsed })
    }

    /// Whether it made the signature. The key says how it signs, whatever the token says.
    pub fn signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.algorithm == algorithm && self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// A provider's keys.
#[derive(Debug)]
pub struct Keys(Vec<Key>);

impl From<Document> for Keys {
    fn from(document: Document) -> Self {
        Self(document.keys.into_iter().take(MAX_KEYS).filter_map(Key::read).collect())
    }
}

impl Keys {
    /// Those that a token means which names `id`: the key of that name, or any where it names none.
    pub fn meant_by<'k>(&'k self, id: Option<&str>) -> impl Iterator<Item = &'k Key> {
        self.0.iter().filter(move |key| id.is_none() || key.id.as_deref() == id)
    }
}

fn bytes(text: Option<&str>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}

/// Big-endian. Some providers write a zero before it, which RFC 7518, section 6.3.1.1, asks them not to.
fn number(text: Option<&str>) -> Option<Vec<u8>> {
    let bytes = bytes(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes.split_at(zeros).1.to_vec())
}

fn coordinate(text: Option<&str>) -> Option<Vec<u8>> {
    bytes(text).filter(|bytes| bytes.len() == COORDINATE_BYTES)
}
