//! Did both keys agree that the log's key changes?

use crate::signature::{BadSignature, public_key, sign_text, verify_text};
use ed25519_dalek::SigningKey;
use edgecoder_events::{PublicKey, key::LogKeyRotated};

/// The text that both keys sign: `edgecoder log key rotation v1`, the log's origin, the old and the new key in hex.
pub fn text(origin: &str, old_key: &PublicKey, new_key: &PublicKey) -> String {
    format!("edgecoder log key rotation v1\n{origin}\n{old_key}\n{new_key}\n")
}

/// Signs the change with both keys.
pub fn sign(origin: &str, old: &SigningKey, new: &SigningKey) -> LogKeyRotated {
    let (old_key, new_key) = (public_key(old), public_key(new));
    let text = text(origin, &old_key, &new_key);
    LogKeyRotated {
        old_key,
        new_key,
        old_signature: sign_text(old, text.as_bytes()),
        new_signature: sign_text(new, text.as_bytes()),
    }
}

/// Checks both signatures. Whether `old_key` is the log's present key is the caller's question.
///
/// # Errors
/// [`BadSignature`] where either key did not sign this change of this log.
pub fn verify(origin: &str, rotated: &LogKeyRotated) -> Result<(), BadSignature> {
    let text = text(origin, &rotated.old_key, &rotated.new_key);
    verify_text(&rotated.old_key, text.as_bytes(), &rotated.old_signature)?;
    verify_text(&rotated.new_key, text.as_bytes(), &rotated.new_signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated() -> LogKeyRotated {
        sign("log.example/swarm", &SigningKey::from_bytes(&[1; 32]), &SigningKey::from_bytes(&[2; 32]))
    }

    #[test]
    fn the_text_is_the_one_that_the_event_promises() {
        let (old, new) = (PublicKey([0xab; 32]), PublicKey([0x01; 32]));
        let expected =
            format!("edgecoder log key rotation v1\nlog.example\n{}\n{}\n", "ab".repeat(32), "01".repeat(32));
        assert_eq!(text("log.example", &old, &new), expected);
    }

    #[test]
    fn a_change_that_both_keys_signed_holds() {
        assert_eq!(verify("log.example/swarm", &rotated()), Ok(()));
    }

    #[test]
    fn a_change_fails_for_another_log_or_another_key_or_with_one_signature() {
        assert_eq!(verify("log.example/other", &rotated()), Err(BadSignature));
        let stranger = PublicKey(SigningKey::from_bytes(&[3; 32]).verifying_key().to_bytes());
        assert!(verify("log.example/swarm", &LogKeyRotated { new_key: stranger, ..rotated() }).is_err());
        let twice_old = LogKeyRotated { new_signature: rotated().old_signature, ..rotated() };
        assert!(verify("log.example/swarm", &twice_old).is_err());
        let twice_new = LogKeyRotated { old_signature: rotated().new_signature, ..rotated() };
        assert!(verify("log.example/swarm", &twice_new).is_err());
    }
}
