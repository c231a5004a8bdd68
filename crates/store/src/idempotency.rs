//! Is this the same append again, and what was its receipt?

use crate::{
    AppendError, Receipt, StorageError, StoredEntry,
    backend::{Database, Span},
};
use blake3::Hasher;
use edgecoder_events::{EventId, NewEvent, StreamName, UnixMillis, Version};
use futures_util::TryStreamExt;
use std::sync::Arc;

/// What makes two appends with one key the same: streams, kinds, schemas and payloads, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentDigest([u8; 32]);

#[derive(Default)]
struct Content(Hasher);

impl Content {
    fn part(&mut self, bytes: &[u8]) {
        self.0.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes()).update(bytes);
    }

    fn event(&mut self, stream: &str, kind: &str, schema: u16, payload: &[u8]) {
        self.part(stream.as_bytes());
        self.part(kind.as_bytes());
        self.part(&schema.to_le_bytes());
        self.part(payload);
    }

    fn digest(&self) -> ContentDigest {
        ContentDigest(*self.0.finalize().as_bytes())
    }
}

/// The digest of events that are to be recorded.
pub(crate) fn digest_of_new<'a>(events: impl Iterator<Item = (&'a NewEvent, &'a [u8])>) -> ContentDigest {
    let mut content = Content::default();
    for (new, payload) in events {
        content.event(new.stream.as_str(), new.event.kind(), new.event.schema(), payload);
    }
    content.digest()
}

fn digest_of_stored(entries: &[StoredEntry]) -> Result<ContentDigest, StorageError> {
    let mut content = Content::default();
    for stored in entries {
        let entry = stored.decode()?;
        content.event(entry.stream, entry.kind, entry.schema, entry.payload);
    }
    Ok(content.digest())
}

/// The receipt of the append that used the key first, if it recorded the same.
pub(crate) async fn earlier_receipt(
    database: &dyn Database,
    span: Span,
    wanted: ContentDigest,
) -> Result<Receipt, AppendError> {
    let end = span.first.0.saturating_add(span.count);
    let entries: Vec<StoredEntry> = database.entries(span.first.0, end).try_collect().await.map_err(Arc::new)?;
    if digest_of_stored(&entries).map_err(Arc::new)? != wanted {
        return Err(AppendError::IdempotencyConflict);
    }
    Ok(receipt(&entries).map_err(Arc::new)?)
}

fn receipt(entries: &[StoredEntry]) -> Result<Receipt, StorageError> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Err(StorageError::Value("an idempotency key points past the end of the log"));
    };
    let mut versions: Vec<(StreamName, Version)> = Vec::new();
    let mut event_ids = Vec::with_capacity(entries.len());
    for stored in entries {
        let entry = stored.decode()?;
        reached(&mut versions, &StreamName::from_log(entry.stream), Version(entry.version));
        event_ids.push(EventId(entry.event_id));
    }
    Ok(Receipt {
        first: first.position,
        last: last.position,
        hash: last.hash,
        versions,
        event_ids,
        recorded_at: UnixMillis(first.decode()?.recorded_at_ms),
        replayed: true,
    })
}

/// Notes the version that a stream has reached.
pub(crate) fn reached(versions: &mut Vec<(StreamName, Version)>, stream: &StreamName, version: Version) {
    match versions.iter_mut().find(|(name, _)| name == stream) {
        Some((_, newest)) => *newest = version,
        None => versions.push((stream.clone(), version)),
    }
}
