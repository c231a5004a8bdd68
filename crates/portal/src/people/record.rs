//! How does the log learn what somebody did about themselves?

use crate::Portal;
use edgecoder_domain::person::{self, PersonCommand};
use edgecoder_events::{AccountId, Actor, NewEvent, StreamName};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::{Problem, Refusal},
};
use edgecoder_store::Blob;

/// Records it, and waits until it is shown.
///
/// # Errors
/// Where the log refuses it, or can not be written.
pub async fn record(
    portal: &Portal,
    account: &AccountId,
    command: PersonCommand,
    blob: Option<Blob>,
) -> Result<(), Problem> {
    let request = Request::new(Actor::account(account), [Subject::Person(account.clone())]);
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
