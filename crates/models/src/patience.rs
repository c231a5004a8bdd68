//! How long is the next part of an answer waited for?

use crate::{ChatLimits, ModelError, Wait};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

/// No wait is longer, whatever the caller asks for: a day.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// One moment after which waiting ends, and which wait it ends.
#[derive(Debug, Clone, Copy)]
struct Until {
    wait: Wait,
    limit: Duration,
    at: Instant,
}

impl Until {
    fn starting_now(wait: Wait, limit: Duration) -> Self {
        let limit = limit.min(LONGEST_WAIT);
        Self { wait, limit, at: Instant::now() + limit }
    }
}

/// The waits of one request, and the token that ends them all.
#[derive(Debug)]
pub struct Patience {
    cancel: CancellationToken,
    whole: Until,
    next: Until,
    idle: Duration,
}

impl Patience {
    /// Starts the clocks of a request.
    pub fn starting_now(limits: ChatLimits, cancel: CancellationToken) -> Self {
        Self {
            cancel,
            whole: Until::starting_now(Wait::Whole, limits.deadline),
            next: Until::starting_now(Wait::FirstPiece, limits.first_piece),
            idle: limits.idle,
        }
    }

    /// Starts the next wait: the model has said something.
    pub fn heard(&mut self) {
        self.next = Until::starting_now(Wait::NextPiece, self.idle);
    }

    /// Waits for `work`, no longer than the nearest limit allows.
    ///
    /// # Errors
    /// [`ModelError::TimedOut`] and [`ModelError::Cancelled`].
    pub async fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, ModelError> {
        let until = if self.whole.at <= self.next.at { self.whole } else { self.next };
        let too_late = || ModelError::TimedOut { wait: until.wait, limit: until.limit };
        // A server that always has another byte ready would never let the timer have its turn.
        if Instant::now() >= until.at {
            return Err(too_late());
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(ModelError::Cancelled),
            done = timeout_at(until.at, work) => done.map_err(|_| too_late()),
        }
    }
}
