//! How long may the work on a lease take?

use std::time::Duration;
use tokio::time::Instant;

/// The report is written, sealed and sent in the rest of the lease: a tenth of it, at most this long.
const MAX_RESERVE: Duration = Duration::from_secs(3);

/// The time of one lease.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    limit: Instant,
    reserve: Duration,
}

impl Budget {
    /// The budget of a lease that was received at `began`.
    pub fn of_lease(began: Instant, limit_ms: u64) -> Self {
        let limit = Duration::from_millis(limit_ms.min(MAX_LEASE_MS));
        Self { limit: began + limit, reserve: MAX_RESERVE.min(limit / 10) }
    }

    /// When the lease is over.
    pub fn limit(&self) -> Instant {
        self.limit
    }

    /// What is left for work, the time for the report not counted.
    pub fn left(&self) -> Duration {
        (self.limit - self.reserve).saturating_duration_since(Instant::now())
    }
}

/// No lease is longer: a guard against a number that no clock can hold.
const MAX_LEASE_MS: u64 = 24 * 60 * 60 * 1000;
