//! Did this key sign that? COSE keys (RFC 9052, section 7; RFC 9053, section 7) and their signatures (WebAuthn, section 6.5.5).

use crate::{
    bytes::Base64Url,
    cbor::{CborError, Reader},
    refusal::Refusal,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use serde::{Deserialize, Serialize};

/// What is asked for, the best first: Ed25519, ES256 (what nearly all authenticators have) and RS256 (older Windows Hello).
pub const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

const COORDINATE_BYTES: usize = 32;
/// RSA of 2048 to 4096 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const MAX_EXPONENT_BYTES: usize = 8;
/// More than any COSE key has.
const MAX_KEY_PARAMETERS: u64 = 16;

/// The public half of a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum PublicKey {
    /// The 32 bytes of RFC 8032.
    Ed25519(Base64Url),
    /// A point of P-256, uncompressed.
    Es256(Base64Url),
    /// An RSA key, big-endian, for PKCS #1 v1.5 with SHA-256.
    Rs256 { modulus: Base64Url, exponent: Base64Url },
}

impl PublicKey {
    /// Reads the COSE key that stands here.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        let key = CoseKey::read(reader)?;
        let key = match (key.kind, key.algorithm, key.curve) {
            (1, EDDSA, Some(6)) => key.x.filter(|x| x.len() == COORDINATE_BYTES).map(|x| Self::Ed25519(bytes(x))),
            (2, ES256, Some(1)) => key.point().map(Self::Es256),
            (3, RS256, None) => key.rsa(),
            _ => None,
        };
        key.filter(|key| key.parsed().is_some()).ok_or(Refusal::UnknownKey)
    }

    /// Refuses a signature over `message` that is not this key's.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = self.parsed().is_some_and(|key| key.verify_sig(message, signature).is_ok());
        if verified { Ok(()) } else { Err(Refusal::BadSignature) }
    }

    /// The key, ready to verify; none where it cannot be one, such as a point that is not on the curve.
    fn parsed(&self) -> Option<ParsedPublicKey> {
        match self {
            Self::Ed25519(key) => ParsedPublicKey::new(&ED25519, &key.0).ok(),
            Self::Es256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point.0).ok(),
            Self::Rs256 { modulus, exponent } => {
                let fits = MODULUS_BYTES.contains(&modulus.0.len()) && exponent.0.len() <= MAX_EXPONENT_BYTES;
                let key = RsaPublicKeyComponents { n: &modulus.0, e: &exponent.0 };
                fits.then(|| key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok())?
            }
        }
    }
}

fn bytes(slice: &[u8]) -> Base64Url {
    Base64Url(slice.to_vec())
}

/// The parameters of a COSE key that the three kinds use.
#[derive(Default)]
struct CoseKey<'a> {
    /// 1: an octet key pair; 2: two coordinates; 3: RSA.
    kind: i64,
    algorithm: i64,
    /// Label -1 where it is a number: the curve.
    curve: Option<i64>,
    /// Label -1 where it is bytes: an RSA modulus.
    modulus: Option<&'a [u8]>,
    /// Label -2: the coordinate x, or an RSA exponent.
    x: Option<&'a [u8]>,
    /// Label -3: the coordinate y.
    y: Option<&'a [u8]>,
}

impl<'a> CoseKey<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, CborError> {
        let mut key = Self::default();
        let pairs = reader.map()?;
        if pairs > MAX_KEY_PARAMETERS {
            return Err(CborError::Unexpected);
        }
        let mut labels = Vec::new();
        for _ in 0..pairs {
            let label = reader.integer()?;
            if labels.contains(&label) {
                return Err(CborError::Unexpected);
            }
            labels.push(label);
            match label {
                1 => key.kind = reader.integer()?,
                3 => key.algorithm = reader.integer()?,
                -1 if key.kind == 3 => key.modulus = Some(reader.bytes()?),
                -1 => key.curve = Some(reader.integer()?),
                -2 => key.x = Some(reader.bytes()?),
                -3 => key.y = Some(reader.bytes()?),
                _ => reader.skip()?,
            }
        }
        Ok(key)
    }

    /// SEC 1, section 2.3.3, without compression.
    fn point(&self) -> Option<Base64Url> {
        let (x, y) = (self.x?, self.y?);
        (x.len() == COORDINATE_BYTES && y.len() == COORDINATE_BYTES).then(|| Base64Url([&[4], x, y].concat()))
    }

    fn rsa(&self) -> Option<PublicKey> {
        Some(PublicKey::Rs256 { modulus: bytes(self.modulus?), exponent: bytes(self.x?) })
    }
}
