//! What stands in the log of somebody, and what have they sealed there?

use super::json_file::JsonFile;
use crate::{Portal, shown::Moment};
use edgecoder_events::{AccountId, BlobRef, Event, Recorded, StreamName, Version};
use edgecoder_service_kit::contents::ContentError;
use serde_json::Value;
use std::io;

/// As many entries are in memory at once, and one content.
const AT_ONCE: usize = 50;

/// Writes every event of a history, the oldest first: its entry in the log, its fields, and what its owner's key opens.
pub async fn write(
    file: &mut JsonFile,
    portal: &Portal,
    owner: &AccountId,
    history: &StreamName,
) -> Result<(), io::Error> {
    file.open_list("events").await?;
    let mut after = Version::EMPTY;
    loop {
        let read = portal.commands.store().read_stream(history, after, AT_ONCE).await.map_err(io::Error::other)?;
        for recorded in &read {
            write_one(file, portal, owner, recorded).await?;
        }
        match read.last() {
            Some(last) if read.len() == AT_ONCE => after = last.version,
            Some(_) | None => break,
        }
    }
    file.close_list().await
}

async fn write_one(
    file: &mut JsonFile,
    portal: &Portal,
    owner: &AccountId,
    recorded: &Recorded,
) -> Result<(), io::Error> {
    file.open().await?;
    file.field("position", &recorded.position.0).await?;
    file.field("recordedAt", &Moment(recorded.recorded_at).iso()).await?;
    file.field("kind", &recorded.event.kind()).await?;
    file.field("fields", &recorded.event.serialize_fields(serde_json::value::Serializer)?).await?;
    file.open_list("contents").await?;
    for content in sealed(&recorded.event) {
        file.item(&opened(portal, owner, content).await?).await?;
    }
    file.close_list().await?;
    file.close().await
}

/// A content of the owner; none where it does not open any more.
async fn opened(portal: &Portal, owner: &AccountId, content: BlobRef) -> Result<Option<Value>, io::Error> {
    match portal.contents.open(owner, content).await {
        Ok(opened) => Ok(Some(opened)),
        Err(ContentError::Erased | ContentError::Damaged | ContentError::Missing) => Ok(None),
        Err(error @ (ContentError::Malformed(_) | ContentError::Storage(_))) => Err(io::Error::other(error)),
    }
}

/// What an event names that is sealed for the one whose history it is in.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others name nothing that is sealed")]
fn sealed(event: &Event) -> Vec<BlobRef> {
    match event {
        Event::PersonSignedUp(it) => vec![it.profile],
        Event::PersonProfileChanged(it) => vec![it.profile],
        Event::PersonAddressChanged(it) => vec![it.profile],
        Event::PersonDescriptorGiven(it) => vec![it.descriptor],
        Event::TaskSubmitted(it) => vec![it.content],
        Event::TaskPlanned(it) => it.subtasks.iter().map(|subtask| subtask.content).collect(),
        Event::SubtaskFinished(it) => vec![it.report],
        Event::SubtaskRevised(it) => vec![it.content],
        Event::TaskReviewed(it) => it.content.into_iter().collect(),
        Event::TaskAnswered(it) => vec![it.content],
        _ => vec![],
    }
}
