//! What somebody sees and changes about themselves.

pub mod address;
pub mod devices;
pub mod export;
pub mod leave;
pub mod passkeys;
pub mod password;
pub mod rename;
pub mod show;
mod themselves;

use crate::{Portal, callers::Person, people};
use edgecoder_domain::person::PersonCommand;
use edgecoder_service_kit::http::Problem;
use edgecoder_store::Blob;

/// Records what somebody changed about themselves, and waits until it is shown.
pub(super) async fn record(
    portal: &Portal,
    somebody: &Person,
    command: PersonCommand,
    blob: Option<Blob>,
) -> Result<(), Problem> {
    people::record::record(portal, somebody.account(), command, blob).await
}
