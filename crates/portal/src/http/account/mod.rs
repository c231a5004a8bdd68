//! What somebody sees and changes about themselves.

pub mod devices;
pub mod leave;
pub mod password;
pub mod rename;
pub mod show;

use crate::{Portal, callers::Person};
use edgecoder_domain::person::{self, PersonCommand};
use edgecoder_events::{NewEvent, StreamName};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::{Problem, Refusal},
};
use edgecoder_store::Blob;

/// Records what somebody changed about themselves, and waits until it is shown.
async fn record(portal: &Portal, somebody: &Person, command: PersonCommand, blob: Option<Blob>) -> Result<(), Problem> {
    let account = somebody.account();
    let request = Request::new(somebody.actor(), [Subject::Person(account.clone())]);
    let request = match blob {
        Some(blob) => request.with_blob(blob),
        None => request,
    };
    let done = portal
        .commands
        .run(request, |view| {
            let events = person::decide(view.person(account), command.clone())?;
            Ok::<_, Refusal>(NewEvent::all_in(&StreamName::person(account), events))
        })
        .await?;
    portal.show(&[Question::People], &done).await;
    Ok(())
}
