//! Which Ed25519 signatures count?
//!
//! One rule for every signature in the ledger: **strict**. A public key is taken only in its canonical encoding and
//! only if it is not of small order; `S` must be below the group's order; `R` must be canonical and not of small
//! order; the equation is checked without multiplying by the cofactor. So a signature has one encoding, it binds its
//! key and its message, and the plain verifiers of other libraries that check at least the equation agree with every
//! signature that is accepted here.
//!
//! ZIP 215 was the other choice. It lets batch and single verification agree, and is right where throughput of
//! signatures matters. Here only checkpoints and authors sign, so speed does not decide; and ZIP 215 admits keys under
//! which a signature holds for *any* message, which is the opposite of what an author's signature is for. A batch
//! verifier may be used as a fast path only where a refused batch is verified again one by one, and never for keys
//! that did not pass [`PublicKey::from_bytes`].

use ed25519_dalek::{Signature, VerifyingKey};

/// The key cannot be used for signatures: another key must be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a canonical Ed25519 public key of large order")]
pub struct UnusableKey;

/// The signature does not hold under the strict rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct BadSignature;

/// An Ed25519 public key that passed the strict rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Takes a key in its one encoding.
    ///
    /// # Errors
    /// It is no point of the curve, not canonical, or of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, UnusableKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| UnusableKey)?;
        let canonical = key.to_edwards().compress().as_bytes() == bytes;
        if canonical && !key.is_weak() { Ok(Self(key)) } else { Err(UnusableKey) }
    }

    /// The key's 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Checks a signature over a message.
    ///
    /// # Errors
    /// It does not hold under the strict rule.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| BadSignature)
    }
}

impl From<VerifyingKey> for PublicKey {
    /// Takes the key of a signing key, which is canonical and of large order by its making.
    fn from(key: VerifyingKey) -> Self {
        Self(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};

    /// The order of the group, little endian.
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    /// The encodings of the eight points of small order, and the other encodings of some of them.
    const SMALL_ORDER: [&str; 14] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        hex::decode(hex).unwrap().try_into().unwrap()
    }

    fn signer() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn keys_of_small_order_are_refused_in_every_encoding() {
        for hex in SMALL_ORDER {
            assert_eq!(PublicKey::from_bytes(&bytes(hex)), Err(UnusableKey), "{hex}");
        }
    }

    #[test]
    fn keys_in_a_second_encoding_are_refused() {
        let mut seen_on_curve = 0;
        // The numbers from p to 2^255 - 1 are second encodings of 0 to 18.
        for low in 0xed..=0xff_u8 {
            for sign in [0x7f, 0xff] {
                let mut key = [0xff; 32];
                (key[0], key[31]) = (low, sign);
                seen_on_curve += u32::from(VerifyingKey::from_bytes(&key).is_ok());
                assert_eq!(PublicKey::from_bytes(&key), Err(UnusableKey), "{key:02x?}");
            }
        }
        assert!(seen_on_curve > 6, "the curve library takes some of them, so the check is ours");
    }

    #[test]
    fn a_signature_holds_for_its_key_and_message_only() {
        let key = PublicKey::from(signer().verifying_key());
        let signature = signer().sign(b"text").to_bytes();
        assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key));
        assert_eq!(key.verify(b"text", &signature), Ok(()));
        assert_eq!(key.verify(b"tex", &signature), Err(BadSignature));
        let other = PublicKey::from(SigningKey::from_bytes(&[8; 32]).verifying_key());
        assert_eq!(other.verify(b"text", &signature), Err(BadSignature));
    }

    /// `S + order` satisfies the same equation; taking it would give each signature a second form.
    #[test]
    fn a_scalar_above_the_order_is_refused() {
        let key = PublicKey::from(signer().verifying_key());
        let mut signature = signer().sign(b"text").to_bytes();
        let mut carry = 0;
        for (byte, add) in signature[32..].iter_mut().zip(bytes::<32>(ORDER)) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = u8::try_from(sum & 0xff).unwrap();
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        assert_eq!(key.verify(b"text", &signature), Err(BadSignature));
    }

    /// Under a key of small order, `R` = identity and `S` = 0 is a signature of every message for lenient verifiers.
    #[test]
    fn the_signature_of_everything_is_refused() {
        let weak = VerifyingKey::from_bytes(&bytes(SMALL_ORDER[2])).unwrap();
        let mut signature = [0; 64];
        signature[0] = 1;
        let lenient = ed25519_dalek::Verifier::verify(&weak, b"anything", &Signature::from_bytes(&signature));
        assert!(lenient.is_ok(), "what this test is about");
        assert_eq!(PublicKey(weak).verify(b"anything", &signature), Err(BadSignature));
    }
}
