//! Which person does a mail address mean, without the address standing anywhere in clear?

use edgecoder_events::{AccountId, Digest};
use edgecoder_passkeys::CredentialId;
use edgecoder_service_kit::chance;
use edgecoder_store::{Secrets, StorageError};
use rand::Rng;

/// The longest address (RFC 5321 §4.5.3.1.3, without the brackets).
const MAX_CHARS: usize = 254;
const KEY_BYTES: usize = 32;
const NAMESPACE: &str = "portal-key";
const KEY: &str = "email";
const PASSKEY_CONTEXT: &str = "edgecoder portal passkeys v1";
const IDENTITY_CONTEXT: &str = "edgecoder portal identities at providers v1";
const ACCOUNT_CONTEXT: &str = "edgecoder portal account names v1";
/// As many hex digits name an account: 128 bits.
const NAME_CHARS: usize = 32;

/// A mail address as it is compared: trimmed, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Takes what somebody typed; none where no mail can go there.
    pub fn parse(typed: &str) -> Option<Self> {
        // Of ASCII only: other letters become the same small one from two mailboxes, and one would be the other's.
        let text = typed.trim().to_ascii_lowercase();
        let (name, host) = text.rsplit_once('@')?;
        let is_strange =
            |letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"()[]\\".contains(letter);
        let is_host =
            host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let can_be = !name.is_empty() && !name.contains('@') && is_host && text.chars().count() <= MAX_CHARS;
        (can_be && !text.contains(is_strange)).then_some(Self(text))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes marks of addresses and names of accounts, with a key that is beside the log.
#[derive(Clone)]
pub struct Marker {
    key: [u8; KEY_BYTES],
}

impl Marker {
    /// Takes the key of this ledger; draws it where there is none yet.
    ///
    /// # Errors
    /// Where it can not be read or written.
    pub async fn open(secrets: &Secrets) -> Result<Self, StorageError> {
        let kept = secrets.get(NAMESPACE, KEY).await?;
        if let Some(key) = kept.and_then(|bytes| bytes.try_into().ok()) {
            return Ok(Self { key });
        }
        let mut key = [0; KEY_BYTES];
        chance::system().fill_bytes(&mut key);
        secrets.put(NAMESPACE, KEY, &key).await?;
        Ok(Self { key })
    }

    /// What stands in the log for an address.
    pub fn mark(&self, address: &EmailAddress) -> Digest {
        Digest(*blake3::keyed_hash(&self.key, address.as_str().as_bytes()).as_bytes())
    }

    /// What stands in the log for a passkey.
    pub fn passkey(&self, id: &CredentialId) -> Digest {
        self.keyed(PASSKEY_CONTEXT, id.to_string().as_bytes())
    }

    /// What stands in the log for somebody as a provider calls them.
    pub fn identity(&self, issuer: &str, subject: &str) -> Digest {
        // An issuer is an address: no space is in it.
        self.keyed(IDENTITY_CONTEXT, format!("{issuer} {subject}").as_bytes())
    }

    fn keyed(&self, context: &str, what: &[u8]) -> Digest {
        Digest(*blake3::keyed_hash(&blake3::derive_key(context, &self.key), what).as_bytes())
    }

    /// The account of whoever is the `turn`th to sign up with an address. Two who sign up at once get the same, so that the
    /// history of that account decides who was first.
    ///
    /// # Panics
    /// Never: letters and hex digits name an account.
    pub fn account(&self, mark: Digest, turn: u32) -> AccountId {
        let key = blake3::derive_key(ACCOUNT_CONTEXT, &self.key);
        let hash = blake3::keyed_hash(&key, &[mark.0.as_slice(), &turn.to_be_bytes()].concat());
        AccountId::new(format!("p-{}", &hash.to_hex()[..NAME_CHARS])).expect("letters and digits are a name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_it_is_typed() {
        assert_eq!(EmailAddress::parse(" Ann@Example.ORG ").unwrap().as_str(), "ann@example.org");
        assert_eq!(EmailAddress::parse("a.b+c@localhost").unwrap().as_str(), "a.b+c@localhost");
    }

    #[test]
    fn two_mailboxes_are_never_one_address() {
        let (kelvin, mike) = ("mi\u{212a}e@example.org", "mike@example.org");
        assert_ne!(EmailAddress::parse(kelvin), EmailAddress::parse(mike));
    }

    #[test]
    fn what_no_mail_can_go_to_is_no_address() {
        let long = format!("{}@example.org", "a".repeat(MAX_CHARS));
        for typed in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "a b@example.org",
            "a@b@c.org",
            "ann@.org",
            "a\r\n@x.org",
            "<a@b.c>",
            &long,
        ] {
            assert_eq!(EmailAddress::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_mark_says_nothing_without_the_key_and_each_turn_has_its_account() {
        let address = EmailAddress::parse("ann@example.org").unwrap();
        let [one, other] = [1, 2].map(|byte| Marker { key: [byte; KEY_BYTES] });
        assert_ne!(one.mark(&address), other.mark(&address));
        assert_eq!(one.mark(&address), one.mark(&address));
        assert_ne!(one.identity("https://a.example", "b"), one.identity("https://b.example", "b"));
        assert_ne!(one.identity("https://a.example", "b"), other.identity("https://a.example", "b"));
        let mark = one.mark(&address);
        assert_ne!(one.account(mark, 0), one.account(mark, 1));
        assert_ne!(one.account(mark, 0), other.account(mark, 0));
    }
}
