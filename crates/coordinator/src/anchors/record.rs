//! How is it recorded what became of an anchor?

use crate::Coordinator;
use edgecoder_domain::anchor::{self, AnchorCommand};
use edgecoder_events::{Actor, CheckpointDigest, NewEvent, StreamName};
use edgecoder_service_kit::{
    commands::{CommandError, Request, Subject},
    http::Refusal,
};
use edgecoder_store::Blob;

/// Records it with the contents that it names, unless it was recorded before.
pub async fn record(
    coordinator: &Coordinator,
    actor: Actor,
    checkpoint: CheckpointDigest,
    command: AnchorCommand,
    contents: Vec<Blob>,
) -> Result<(), CommandError<Refusal>> {
    let mut request = Request::new(actor, [Subject::Anchor(checkpoint)]);
    request.blobs = contents;
    let stream = StreamName::anchor(&checkpoint);
    let decide = |view: &edgecoder_service_kit::commands::View<'_>| {
        let event = anchor::decide(view.anchor(&checkpoint), checkpoint, command.clone())?;
        Ok(NewEvent::all_in(&stream, event))
    };
    coordinator.commands.run(request, decide).await.map(drop)
}
