//! What did the browser answer? The JSON that `toJSON()` writes (WebAuthn, section 5.1), as far as it is read.
//!
//! Browsers add fields to it; those are passed over.

use crate::{MAX_ANSWER_BYTES, bytes::Base64Url, passkey::CredentialId, refusal::Refusal};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Debug, Clone, Copy, Deserialize)]
enum Kind {
    #[serde(rename = "public-key")]
    PublicKey,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<Response> {
    id: CredentialId,
    raw_id: CredentialId,
    #[serde(rename = "type")]
    _kind: Kind,
    pub response: Response,
    #[serde(default)]
    pub client_extension_results: Extensions,
}

impl<Response: DeserializeOwned> Answer<Response> {
    pub fn parse(json: &[u8]) -> Result<Self, Refusal> {
        if json.len() > MAX_ANSWER_BYTES {
            return Err(Refusal::TooLong);
        }
        let answer: Self =
            serde_json::from_slice(json).map_err(|_| Refusal::Unreadable("a field is missing or not of its form"))?;
        if answer.id == answer.raw_id {
            Ok(answer)
        } else {
            Err(Refusal::Unreadable("id and rawId say different things"))
        }
    }

    pub fn id(&self) -> &CredentialId {
        &self.id
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    #[serde(default)]
    pub cred_props: CredentialProperties,
}

/// WebAuthn, section 10.1.3.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct CredentialProperties {
    /// Whether the passkey can be found without a name, where the browser knows.
    pub rk: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    #[serde(rename = "attestationObject")]
    pub attestation_object: Base64Url,
    #[serde(default)]
    pub transports: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    pub authenticator_data: Base64Url,
    pub signature: Base64Url,
    pub user_handle: Option<Base64Url>,
}
