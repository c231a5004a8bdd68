//! Fixed-size bytes: hashes, keys and signatures. Raw bytes in the ledger, lower-case hex for people and JSON.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A text is not the hex of the expected number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} lower-case hex digits")]
pub struct DigestParseError {
    expected: usize,
}

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = DigestParseError;
            fn from_str(text: &str) -> Result<Self, DigestParseError> {
                let mut bytes = [0; $len];
                let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
                match hex::decode_to_slice(text, &mut bytes) {
                    Ok(()) if lower => Ok(Self(bytes)),
                    Ok(()) | Err(_) => Err(DigestParseError { expected: $len * 2 }),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!(stringify!($len), " bytes"))
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<$name, E> {
                        bytes.try_into().map($name).map_err(|_| E::invalid_length(bytes.len(), &self))
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Visitor)
                } else {
                    deserializer.deserialize_bytes(Visitor)
                }
            }
        }
    };
}

fixed_bytes! {
    /// The address of a content in the blob store: BLAKE3 of the stored (encrypted) bytes.
    BlobRef, 32
}
fixed_bytes! {
    /// BLAKE3 of a plain content that carries its own random salt, so that it commits without revealing.
    Digest, 32
}
fixed_bytes! {
    /// The SHA-256 of a checkpoint's file, which is what an anchor commits to.
    CheckpointDigest, 32
}
fixed_bytes! {
    /// The name of a block or a transaction of Bitcoin, its bytes in the order in which people write it.
    BitcoinHash, 32
}
fixed_bytes! {
    /// An Ed25519 or X25519 public key, raw.
    PublicKey, 32
}
fixed_bytes! {
    /// An Ed25519 signature, raw.
    Signature, 64
}
