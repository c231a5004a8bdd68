//! Who dates the log's checkpoints, and how does each of them get on?
//!
//! Everything starts from what is recorded: an anchor that was asked for is looked after until its proof is complete,
//! also by the next process after a crash. Looking costs no event, and neither do an anchor's own events ask for the next.

mod ask;
mod by_calendars;
mod by_transaction;
mod job;
mod record;
mod service;

pub use ask::ask;
pub use job::{newest_list, run};
pub use service::{AnchorServiceClient, AnchorServiceError};

use edgecoder_anchoring::{calendar::CalendarError, calendar::Calendars, ots::OtsError};
use edgecoder_events::{BlobRef, anchor::AnchorWay};
use edgecoder_ledger::checkpoint::CheckpointError;
use edgecoder_projections::ProjectionError;
use edgecoder_service_kit::{commands::CommandError, http::Refusal};
use edgecoder_store::{CheckpointWriteError, StorageError};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// How often anchors on their way are looked after, where they are not asked for more often than that.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// How checkpoints are dated.
#[derive(Debug)]
pub struct AnchorSettings {
    pub carrier: Carrier,
    /// As often at most; where nothing happened, not even then.
    pub every: Duration,
}

/// Who carries checkpoints into blocks.
#[derive(Debug)]
pub enum Carrier {
    Calendars(Calendars),
    /// The service that has a wallet.
    Service(AnchorServiceClient),
}

/// The office where anchors are asked for.
#[derive(Debug)]
pub(crate) struct Anchoring {
    carrier: Carrier,
    every: Duration,
    /// Held by whoever asks for a new one: of two at once the later must see what the earlier asked for.
    asking: Mutex<()>,
    /// Wakes whoever looks after them.
    asked: Notify,
}

impl Anchoring {
    pub fn new(settings: AnchorSettings) -> Self {
        Self { carrier: settings.carrier, every: settings.every, asking: Mutex::new(()), asked: Notify::new() }
    }

    fn way(&self) -> AnchorWay {
        match self.carrier {
            Carrier::Calendars(_) => AnchorWay::OpenTimestamps,
            Carrier::Service(_) => AnchorWay::OwnTransaction,
        }
    }

    fn pause(&self) -> Duration {
        self.every.min(LONGEST_PAUSE)
    }
}

/// Why an anchor gets no further at the moment.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    #[error("the newest checkpoint cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Commit(#[from] CheckpointWriteError),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error("the proof that is kept cannot be read: {0}")]
    Proof(#[from] OtsError),
    #[error(transparent)]
    Service(#[from] AnchorServiceError),
    #[error("the anchor service's proof cannot be read")]
    NoProof,
    #[error("the content {0} is not there any more")]
    Lost(BlobRef),
    #[error(transparent)]
    Command(#[from] CommandError<Refusal>),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
}
