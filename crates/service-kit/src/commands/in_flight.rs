//! Who looks after states that have taken in what is not on the disk yet? Not the caller, who may leave.

use super::{Request, cache::Cache};
use edgecoder_events::{NewEvent, StreamName};
use edgecoder_store::Receipt;
use std::sync::{Arc, Mutex, PoisonError};

/// An append that the store has not answered yet. The store hands its answer to this first, and to the caller then.
pub(super) struct InFlight {
    cache: Arc<Mutex<Cache>>,
    /// The stream of each event.
    written: Vec<StreamName>,
    decided_on: Vec<StreamName>,
}

impl InFlight {
    pub(super) fn new(cache: &Arc<Mutex<Cache>>, request: &Request, events: &[NewEvent]) -> Self {
        Self {
            cache: Arc::clone(cache),
            written: events.iter().map(|new| new.stream.clone()).collect(),
            decided_on: request.subjects.iter().map(super::Subject::stream).collect(),
        }
    }

    /// Nothing where these events were not recorded: refused, or recorded by an earlier append with the same key.
    pub(super) fn answered(self, receipt: Option<&Receipt>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        match receipt {
            Some(receipt) => cache.settle(&self.written, &receipt.versions),
            None => cache.fail(&self.written, &self.decided_on),
        }
    }
}
