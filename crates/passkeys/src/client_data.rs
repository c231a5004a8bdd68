//! What did the browser say it was doing, and on which page? WebAuthn, section 5.8.1.

use crate::{bytes::Base64Url, challenge::Challenge, refusal::Refusal, site::Site};
use edgecoder_events::UnixMillis;
use serde::Deserialize;

/// What browsers write takes 100 to 500 bytes.
const MAX_CLIENT_DATA_BYTES: usize = 4 * 1024;

/// Which of the two ceremonies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Ceremony {
    #[serde(rename = "webauthn.create")]
    Registration,
    #[serde(rename = "webauthn.get")]
    LogIn,
}

/// Fields are added to it as the web grows; a reader has to pass over those that it does not know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: Ceremony,
    challenge: Base64Url,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Refuses what was not asked by this site, now, on its own page (sections 7.1 and 7.2, steps on `C`).
pub fn check(
    json: &[u8],
    ceremony: Ceremony,
    site: &Site,
    challenge: &Challenge,
    now: UnixMillis,
) -> Result<(), Refusal> {
    if json.len() > MAX_CLIENT_DATA_BYTES {
        return Err(Refusal::TooLong);
    }
    let data: ClientData =
        serde_json::from_slice(json).map_err(|_| Refusal::Unreadable("clientDataJSON is not client data"))?;
    if data.r#type != ceremony {
        return Err(Refusal::Unreadable("registering is not logging in"));
    }
    challenge.check(&data.challenge, now)?;
    if data.origin != site.origin {
        return Err(Refusal::OtherOrigin);
    }
    if data.cross_origin { Err(Refusal::InAnotherPage) } else { Ok(()) }
}
