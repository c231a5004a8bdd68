//! What would a browser with an authenticator answer? One in software, with a key (ES256) made for the test.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0x05;
const WITH_CREDENTIAL: u8 = 0x40;

pub struct Authenticator {
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    /// The origin that the browser writes.
    pub origin: String,
    counter: u32,
    handle: Value,
}

impl Authenticator {
    /// A new one in a browser at this origin; `id` names its passkey.
    pub fn at(origin: &str, id: u8) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self { key, id: vec![id; 20], origin: origin.to_owned(), counter: 1, handle: Value::Null }
    }

    /// `navigator.credentials.create`.
    pub fn create(&mut self, options: &Value) -> String {
        self.handle = options["user"]["id"].clone();
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        let data = self.data(&options["rp"]["id"], true);
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let head = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice();
        let attestation = base64(&[head, &length, &data].concat());
        self.answer(&json!({ "clientDataJSON": base64(&client_data), "attestationObject": attestation }))
    }

    /// `navigator.credentials.get`.
    pub fn get(&mut self, options: &Value) -> String {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.data(&options["rpId"], false);
        let signed = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(&json!({
            "clientDataJSON": base64(&client_data), "authenticatorData": base64(&data),
            "signature": base64(signature.as_ref()), "userHandle": self.handle,
        }))
    }

    fn client_data(&self, ceremony: &str, challenge: &Value) -> Vec<u8> {
        json!({ "type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// WebAuthn, section 6.1; the key by RFC 9053, section 7.1.1.
    fn data(&self, domain: &Value, with_credential: bool) -> Vec<u8> {
        let mut data = digest(&SHA256, domain.as_str().unwrap().as_bytes()).as_ref().to_vec();
        data.push(if with_credential { USER_PRESENT | WITH_CREDENTIAL } else { USER_PRESENT });
        data.extend(self.counter.to_be_bytes());
        if with_credential {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
            data.extend([&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat());
        }
        data
    }

    fn answer(&self, response: &Value) -> String {
        let id = base64(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
