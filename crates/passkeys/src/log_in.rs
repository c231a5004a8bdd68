//! Who is this, by the passkey alone? WebAuthn, sections 5.5 (what is asked) and 7.2 (what is checked).

use crate::{
    CEREMONY_MS,
    answer::{Answer, AssertionResponse},
    authenticator_data::AuthenticatorData,
    bytes::Base64Url,
    challenge::Challenge,
    client_data::{self, Ceremony},
    passkey::{CredentialId, Passkey},
    refusal::Refusal,
    site::Site,
};
use aws_lc_rs::digest::{SHA256, digest};
use edgecoder_events::UnixMillis;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

/// A log-in that was begun: to be kept until the answer comes, and used once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    pub(crate) challenge: Challenge,
}

/// For `PublicKeyCredential.parseRequestOptionsFromJSON`. It names no passkey, so it says nothing about who has one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    challenge: Base64Url,
    timeout: u64,
    rp_id: String,
    allow_credentials: [CredentialId; 0],
    user_verification: &'static str,
}

/// What the browser answered, not checked yet.
#[derive(Debug, Clone)]
pub struct LogInAnswer(Answer<AssertionResponse>);

impl LogInAnswer {
    /// Reads what `credential.toJSON()` wrote.
    pub fn parse(json: &[u8]) -> Result<Self, Refusal> {
        Answer::parse(json).map(Self)
    }

    /// Which passkey to look up. Proves nothing yet.
    pub fn credential_id(&self) -> &CredentialId {
        self.0.id()
    }
}

/// A person has shown that they hold the passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The passkey as it is to be stored from now on.
    pub passkey: Passkey,
    /// Whether the authenticator also asked for a finger, a face or a PIN.
    pub user_verified: bool,
}

impl Site {
    /// Asks a browser for any passkey of this site.
    pub fn begin_log_in(&self, rng: &mut (impl CryptoRng + ?Sized), now: UnixMillis) -> (RequestOptions, LogIn) {
        let challenge = Challenge::draw(rng, now);
        let options = RequestOptions {
            challenge: challenge.bytes.clone(),
            timeout: CEREMONY_MS,
            rp_id: self.id.clone(),
            allow_credentials: [],
            user_verification: "preferred",
        };
        (options, LogIn { challenge })
    }

    /// Checks an answer against the passkey that was looked up by its id.
    pub fn finish_log_in(
        &self,
        log_in: LogIn,
        answer: &LogInAnswer,
        passkey: &Passkey,
        now: UnixMillis,
    ) -> Result<LoggedIn, Refusal> {
        let LogIn { challenge } = log_in;
        let response = &answer.0.response;
        if *answer.credential_id() != passkey.id {
            return Err(Refusal::OtherPasskey);
        }
        let handle = response.user_handle.as_ref().ok_or(Refusal::NotDiscoverable)?;
        if *handle != passkey.user_handle.0 {
            return Err(Refusal::OtherAccount);
        }
        client_data::check(&response.client_data_json.0, Ceremony::LogIn, self, &challenge, now)?;
        let shown = AuthenticatorData::read(&response.authenticator_data.0, self)?;
        let client_data_hash = digest(&SHA256, &response.client_data_json.0);
        let signed = [response.authenticator_data.0.as_slice(), client_data_hash.as_ref()].concat();
        passkey.public_key.verify(&signed, &response.signature.0)?;
        if shown.backup_eligible != passkey.backup_eligible {
            return Err(Refusal::OtherBackup);
        }
        check_counter(passkey.counter, shown.counter)?;
        let passkey = Passkey { counter: shown.counter, backed_up: shown.backed_up, ..passkey.clone() };
        Ok(LoggedIn { passkey, user_verified: shown.user_verified })
    }
}

/// Section 6.1.1: an authenticator that counts, counts up. One that does not shows zero for ever, as synchronised
/// passkeys do.
fn check_counter(kept: u32, shown: u32) -> Result<(), Refusal> {
    if (kept, shown) == (0, 0) || shown > kept { Ok(()) } else { Err(Refusal::CounterWentBack { kept, shown }) }
}
