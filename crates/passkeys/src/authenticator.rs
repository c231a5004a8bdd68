//! What would a browser with an authenticator answer? One in software, for the tests, that can also lie.

use crate::{CreationOptions, Passkey, Person, Refusal, RequestOptions, Site, UserHandle, bytes::Base64Url};
use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use edgecoder_events::UnixMillis;
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use url::Url;

pub const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

pub fn site() -> Site {
    Site::new(&Url::parse("https://code.example").unwrap(), "EdgeCoder").unwrap()
}

pub fn chance(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub enum Key {
    Ed25519(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Rs256(rsa::KeyPair),
}

impl Key {
    pub fn all() -> [Self; 3] {
        [
            Self::Ed25519(Ed25519KeyPair::generate().unwrap()),
            Self::es256(),
            Self::Rs256(rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap()),
        ]
    }

    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// RFC 9053, sections 7.1.1 and 7.2; RFC 8230, section 4.
    fn cose(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32], key.public_key().as_ref()].concat(),
            Self::Es256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat()
            }
            Self::Rs256(key) => {
                // RFC 8017, appendix A.1.1: two numbers, of 2048 and 17 bits.
                let der = key.public_key().as_ref();
                let (n, e) = (&der[9..265], &der[267..270]);
                [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0], n, &[0x21, 0x43], e].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Es256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }
}

/// Everything that goes into an answer. The tests change one thing each.
pub struct Authenticator {
    pub key: Key,
    pub id: Vec<u8>,
    pub origin: String,
    pub domain: String,
    pub cross_origin: bool,
    pub flags: u8,
    pub counter: u32,
    pub handle: Option<Base64Url>,
    pub extensions: Value,
}

impl Authenticator {
    pub fn new(key: Key) -> Self {
        Self {
            key,
            id: vec![7; 20],
            origin: "https://code.example".into(),
            domain: "code.example".into(),
            cross_origin: false,
            flags: 0x05,
            counter: 1,
            handle: None,
            extensions: json!({ "credProps": { "rk": true } }),
        }
    }

    /// Registers at the site, as an honest authenticator.
    pub fn register(&mut self, site: &Site) -> Passkey {
        self.try_register(site).unwrap()
    }

    pub fn try_register(&mut self, site: &Site) -> Result<Passkey, Refusal> {
        let handle = UserHandle::draw(&mut chance(1));
        let (options, registration) = site.begin_registration(&person(&handle), &mut chance(2), NOW).unwrap();
        let answer = self.create(&options);
        site.finish_registration(registration, &answer, NOW)
    }

    pub fn create(&mut self, options: &CreationOptions) -> Vec<u8> {
        let options = serde_json::to_value(options).unwrap();
        self.handle = Some(serde_json::from_value(options["user"]["id"].clone()).unwrap());
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        let attestation = attestation_object(&self.authenticator_data(true));
        self.answer(&json!({
            "clientDataJSON": Base64Url(client_data), "attestationObject": Base64Url(attestation),
            "transports": ["hybrid", "internal"],
        }))
    }

    pub fn get(&self, options: &RequestOptions) -> Vec<u8> {
        let options = serde_json::to_value(options).unwrap();
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.authenticator_data(false);
        let signed = [&data, digest(&SHA256, &client_data).as_ref()].concat();
        self.answer(&json!({
            "clientDataJSON": Base64Url(client_data), "authenticatorData": Base64Url(data),
            "signature": Base64Url(self.key.sign(&signed)), "userHandle": self.handle,
        }))
    }

    fn client_data(&self, ceremony: &str, challenge: &Value) -> Vec<u8> {
        let data = json!({
            "type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin,
            "other_keys_can_be_added_here": "do not compare clientDataJSON against a template",
        });
        serde_json::to_vec(&data).unwrap()
    }

    pub fn authenticator_data(&self, with_credential: bool) -> Vec<u8> {
        let flags = if with_credential { self.flags | 0x40 } else { self.flags };
        let mut data = digest(&SHA256, self.domain.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        if with_credential {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            data.extend(self.key.cose());
        }
        data
    }

    fn answer(&self, response: &Value) -> Vec<u8> {
        let id = Base64Url(self.id.clone());
        let answer = json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": self.extensions,
        });
        serde_json::to_vec(&answer).unwrap()
    }
}

pub fn person(handle: &UserHandle) -> Person<'_> {
    Person { handle, name: "ada@code.example", display_name: "Ada", passkeys: &[] }
}

/// WebAuthn, section 6.5, with no statement (section 8.7).
pub fn attestation_object(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length, data].concat()
}
