//! How many questions may be asked at once, and how long may each take?

use std::time::Duration;

/// How much is asked of the models at once, and how long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Questions that a model works on.
    pub at_once: usize,
    /// Further questions that wait for a place; who comes later is sent away.
    pub waiting: usize,
    /// The longest that `/decompose` takes, waiting included.
    pub decompose: Duration,
    /// The longest that `/escalate` takes, waiting included. Coordinators wait 300 s for an answer.
    pub escalate: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { at_once: 4, waiting: 64, decompose: Duration::from_mins(2), escalate: Duration::from_mins(4) }
    }
}
