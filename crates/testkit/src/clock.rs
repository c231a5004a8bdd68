//! A clock that stands still until a test moves it.

use edgecoder_events::{Clock, SteadyMillis, UnixMillis};
use std::sync::atomic::{AtomicU64, Ordering};

/// Shows the instant that it was set to.
#[derive(Debug)]
pub struct SetClock {
    hands: AtomicU64,
    /// What went by, whatever the hands were set to.
    steady: AtomicU64,
}

impl SetClock {
    /// Starts at `now`.
    pub fn at(now: UnixMillis) -> Self {
        Self { hands: AtomicU64::new(now.0), steady: AtomicU64::new(0) }
    }

    /// Lets `ms` milliseconds go by.
    pub fn advance_ms(&self, ms: u64) {
        self.hands.fetch_add(ms, Ordering::SeqCst);
        self.steady.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the hands, backwards too. No time goes by.
    pub fn set(&self, now: UnixMillis) {
        self.hands.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.hands.load(Ordering::SeqCst))
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(self.steady.load(Ordering::SeqCst))
    }
}
