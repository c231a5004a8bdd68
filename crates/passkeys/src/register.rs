//! How does an account get a passkey? WebAuthn, sections 5.4 (what is asked) and 7.1 (what is checked).

use crate::{
    CEREMONY_MS, MAX_PASSKEYS_PER_ACCOUNT,
    answer::{Answer, AttestationResponse},
    authenticator_data::AuthenticatorData,
    bytes::Base64Url,
    cbor::{CborError, Reader},
    challenge::Challenge,
    client_data::{self, Ceremony},
    passkey::{CredentialId, Passkey, UserHandle},
    public_key::ALGORITHMS,
    refusal::Refusal,
    site::Site,
};
use edgecoder_events::UnixMillis;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// Browsers name six ways to an authenticator; a longer list is cut.
const MAX_TRANSPORTS: usize = 8;
const MAX_TRANSPORT_BYTES: usize = 32;

/// Who registers, and what they have registered already.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub handle: &'a UserHandle,
    /// What the authenticator shows when several accounts have passkeys here: the e-mail address.
    pub name: &'a str,
    pub display_name: &'a str,
    pub passkeys: &'a [Passkey],
}

/// The account has as many passkeys as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account has at most {MAX_PASSKEYS_PER_ACCOUNT} passkeys; remove one that is no longer used")]
pub struct TooManyPasskeys;

/// A registration that was begun: to be kept until the answer comes, and used once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    pub(crate) challenge: Challenge,
    user_handle: UserHandle,
}

/// For `PublicKeyCredential.parseCreationOptionsFromJSON`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    rp: RelyingParty,
    user: User,
    challenge: Base64Url,
    pub_key_cred_params: Vec<KeyParameter>,
    timeout: u64,
    exclude_credentials: Vec<Descriptor>,
    authenticator_selection: Selection,
    attestation: &'static str,
    extensions: RequestedExtensions,
}

#[derive(Debug, Serialize)]
struct RelyingParty {
    id: String,
    name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: UserHandle,
    name: String,
    display_name: String,
}

#[derive(Debug, Serialize)]
struct KeyParameter {
    r#type: &'static str,
    alg: i64,
}

#[derive(Debug, Serialize)]
struct Descriptor {
    r#type: &'static str,
    id: CredentialId,
    transports: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestedExtensions {
    cred_props: bool,
}

impl Site {
    /// Asks a browser for a new passkey of `person`, one that is found without a name.
    pub fn begin_registration(
        &self,
        person: &Person<'_>,
        rng: &mut (impl CryptoRng + ?Sized),
        now: UnixMillis,
    ) -> Result<(CreationOptions, Registration), TooManyPasskeys> {
        if person.passkeys.len() >= MAX_PASSKEYS_PER_ACCOUNT {
            return Err(TooManyPasskeys);
        }
        let challenge = Challenge::draw(rng, now);
        let known = |passkey: &Passkey| Descriptor {
            r#type: "public-key",
            id: passkey.id.clone(),
            transports: passkey.transports.clone(),
        };
        let options = CreationOptions {
            rp: RelyingParty { id: self.id.clone(), name: self.name.clone() },
            user: User {
                id: person.handle.clone(),
                name: person.name.to_owned(),
                display_name: person.display_name.to_owned(),
            },
            challenge: challenge.bytes.clone(),
            pub_key_cred_params: ALGORITHMS.map(|alg| KeyParameter { r#type: "public-key", alg }).into(),
            timeout: CEREMONY_MS,
            exclude_credentials: person.passkeys.iter().map(known).collect(),
            authenticator_selection: Selection {
                resident_key: "required",
                require_resident_key: true,
                user_verification: "preferred",
            },
            attestation: "none",
            extensions: RequestedExtensions { cred_props: true },
        };
        Ok((options, Registration { challenge, user_handle: person.handle.clone() }))
    }

    /// Takes the browser's answer, as `credential.toJSON()` writes it, and gives the passkey to store.
    pub fn finish_registration(
        &self,
        registration: Registration,
        answer: &[u8],
        now: UnixMillis,
    ) -> Result<Passkey, Refusal> {
        let answer = Answer::<AttestationResponse>::parse(answer)?;
        let response = &answer.response;
        client_data::check(&response.client_data_json.0, Ceremony::Registration, self, &registration.challenge, now)?;
        if answer.client_extension_results.cred_props.rk == Some(false) {
            return Err(Refusal::NotDiscoverable);
        }
        let signed = AuthenticatorData::read(authenticator_data(&response.attestation_object.0)?, self)?;
        let (id, public_key) = signed.credential.ok_or(Refusal::Unreadable("there is no new passkey in it"))?;
        if id != *answer.id() {
            return Err(Refusal::Unreadable("the browser and the authenticator name different passkeys"));
        }
        let transports = answer.response.transports.into_iter().filter(|way| way.len() <= MAX_TRANSPORT_BYTES);
        Ok(Passkey {
            id,
            user_handle: registration.user_handle,
            public_key,
            counter: signed.counter,
            transports: transports.take(MAX_TRANSPORTS).collect(),
            backup_eligible: signed.backup_eligible,
            backed_up: signed.backed_up,
        })
    }
}

/// The authenticator's data out of an attestation object (section 6.5). The statement beside it is passed over, whatever
/// its format: none was asked for, and nothing is concluded from one.
fn authenticator_data(attestation_object: &[u8]) -> Result<&[u8], CborError> {
    let mut reader = Reader::new(attestation_object);
    let mut data = None;
    for _ in 0..reader.map()? {
        match reader.text()? {
            "authData" if data.is_none() => data = Some(reader.bytes()?),
            "authData" => return Err(CborError::Unexpected),
            _ => reader.skip()?,
        }
    }
    if reader.rest().is_empty() { data.ok_or(CborError::Unexpected) } else { Err(CborError::Unexpected) }
}
