//! What can go wrong between the log, the database and an answer?

use crate::Question;
use edgecoder_events::Position;
use edgecoder_search_index::IndexError;
use edgecoder_store::FollowError;
use tokio::task::JoinError;

/// Why a projection did not move on or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    #[error("the projections database did not answer: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Search(#[from] IndexError),
    #[error("the search is built up: ask again in a moment")]
    SearchNotReady,
    #[error("a search did not come to its end")]
    SearchBroken(#[from] JoinError),
    #[error("the log could not be read: {0}")]
    Log(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("{table} holds {found:?}, which no code wrote: rebuild the projection")]
    Damaged { table: &'static str, found: String },
    #[error("the amount at position {} is larger than a balance can be", .0.0)]
    AmountTooLarge(Position),
    #[error("another process moved the projection on")]
    Overtaken,
    #[error("{0} is held in memory and is built again at every start")]
    HeldInMemory(Question),
    #[error("{question} has not come to position {} in time", .wanted.0)]
    Behind { question: Question, wanted: Position },
    #[error("the rebuild of {0} was interrupted: its progress says why")]
    RebuildInterrupted(Question),
    #[error("{0} was stopped")]
    Stopped(Question),
}

impl ProjectionError {
    /// Whether nothing more will come: the process ends, and so does what follows its log.
    pub(crate) fn is_the_end_of_the_log(&self) -> bool {
        let Self::Log(error) = self else { return false };
        matches!(error.downcast_ref(), Some(FollowError::Stopped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_was_closed_is_no_trouble_to_try_again() {
        assert!(ProjectionError::Log(Box::new(FollowError::Stopped)).is_the_end_of_the_log());
        assert!(!ProjectionError::Log("the disk is gone".into()).is_the_end_of_the_log());
        assert!(!ProjectionError::Overtaken.is_the_end_of_the_log());
    }
}
