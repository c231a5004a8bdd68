//! What waits for the sequencer? Appends whose payloads are already bytes, and operators' decisions.

use crate::{
    Append, AppendError, Limits, Receipt,
    answer::Answer,
    backend::Span,
    idempotency::{self, ContentDigest},
};
use edgecoder_events::Actor;
use edgecoder_ledger::note::LogKey;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// An append that was checked and encoded by its caller, so that the sequencer need not.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub append: Append,
    /// One per event.
    pub payloads: Vec<Vec<u8>>,
    pub digest: ContentDigest,
    /// Payloads and contents.
    pub bytes: usize,
    /// The room that these bytes take among all that wait; given back when they are dropped.
    pub room: Option<OwnedSemaphorePermit>,
}

/// What the sequencer answers.
#[derive(Debug)]
pub(crate) enum Reply {
    Recorded(Receipt),
    /// The key was used before: whoever asks compares what is there.
    Repeated(Span),
    Refused(AppendError),
}

pub(crate) enum Submission {
    Append(Box<Prepared>, Answer),
    AcceptRestore { reason: String, actor: Actor, reply: oneshot::Sender<Reply> },
    RotateLogKey { key: Box<LogKey>, actor: Actor, reply: oneshot::Sender<Reply> },
}

impl Submission {
    /// Answers without recording anything. Who no longer waits needs no answer.
    pub(crate) fn refuse(self, error: AppendError) {
        match self {
            Self::Append(_, reply) => reply.send(Reply::Refused(error)),
            Self::AcceptRestore { reply, .. } | Self::RotateLogKey { reply, .. } => {
                let _ = reply.send(Reply::Refused(error));
            }
        }
    }

    /// How much of a batch it fills: events and bytes.
    pub(crate) fn weight(&self) -> (usize, usize) {
        match self {
            Self::Append(prepared, _) => (prepared.append.events.len(), prepared.bytes),
            Self::AcceptRestore { .. } | Self::RotateLogKey { .. } => (1, 0),
        }
    }
}

/// Encodes the events and refuses what can never be recorded.
pub(crate) fn prepare(append: Append, limits: &Limits) -> Result<Prepared, AppendError> {
    let events = append.events.len();
    if events == 0 || !(append.event_ids.is_empty() || append.event_ids.len() == events) {
        return Err(AppendError::Malformed);
    }
    within("an append", events, limits.append_events)?;
    within("the conditions of an append", append.conditions.len(), limits.append_events)?;
    let content: usize = append.blobs.iter().map(|blob| blob.content().len()).sum();
    within("the contents of an append", content, limits.append_blob_bytes)?;
    let payloads: Vec<Vec<u8>> = append.events.iter().map(|new| new.event.to_bytes()).collect();
    let largest = payloads.iter().map(Vec::len).max().unwrap_or_default();
    within("an event", largest, edgecoder_ledger::MAX_ENTRY_BYTES)?;
    let digest = idempotency::digest_of_new(append.events.iter().zip(payloads.iter().map(Vec::as_slice)));
    let bytes = payloads.iter().map(Vec::len).sum::<usize>() + content;
    Ok(Prepared { append, payloads, digest, bytes, room: None })
}

fn within(what: &'static str, got: usize, limit: usize) -> Result<(), AppendError> {
    if got <= limit { Ok(()) } else { Err(AppendError::TooLarge { what, got, limit }) }
}
