//! How far has a projection come?

use crate::{ProjectionError, Question};
use edgecoder_events::Position;
use std::time::Duration;
use tokio::{sync::watch, time::timeout};

/// How far a projection has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The position of the first event that it has not taken in.
    pub next: Position,
    /// Set while it is built again.
    pub rebuild: Option<RebuildProgress>,
    /// Why it does not move on; it tries again by itself.
    pub trouble: Option<String>,
}

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    pub done: Position,
    /// The size of the log when the rebuild began.
    pub total: Position,
}

/// Looks at the progress of one projection.
#[derive(Debug, Clone)]
pub(crate) struct ProgressReader {
    question: Question,
    seen: watch::Receiver<Progress>,
}

impl ProgressReader {
    pub(crate) fn new(question: Question, seen: watch::Receiver<Progress>) -> Self {
        Self { question, seen }
    }

    pub(crate) fn now(&self) -> Progress {
        self.seen.borrow().clone()
    }

    /// Waits until the event at `position` is in the answers.
    pub(crate) async fn wait_until(&self, position: Position, limit: Duration) -> Result<(), ProjectionError> {
        let mut seen = self.seen.clone();
        match timeout(limit, seen.wait_for(|it| it.next > position)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(ProjectionError::Stopped(self.question)),
            Err(_) => Err(ProjectionError::Behind { question: self.question, wanted: position }),
        }
    }

    /// Waits, however long it takes, until everything before `size` is in the answers.
    pub(crate) async fn caught_up(&self, size: Position) -> Result<(), ProjectionError> {
        let mut seen = self.seen.clone();
        seen.wait_for(|it| it.next >= size).await.map(drop).map_err(|_| ProjectionError::Stopped(self.question))
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.seen.clone()
    }
}
