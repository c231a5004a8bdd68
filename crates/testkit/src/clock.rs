//! A clock that stands still until a test moves it.

use edgecoder_events::{Clock, UnixMillis};
use std::sync::atomic::{AtomicU64, Ordering};

/// Shows the instant that it was set to.
#[derive(Debug)]
pub struct SetClock(AtomicU64);

impl SetClock {
    /// Starts at `now`.
    pub fn at(now: UnixMillis) -> Self {
        Self(AtomicU64::new(now.0))
    }

    /// Moves the hands forward by `ms` milliseconds.
    pub fn advance_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the hands, backwards too.
    pub fn set(&self, now: UnixMillis) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}
