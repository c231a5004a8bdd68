//! When, and for how long? Instants as milliseconds since 1970, moments of a clock that nobody sets, and the clock that
//! is handed in.

use serde::{Deserialize, Serialize};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// The instant `ms` milliseconds later; the last representable one where that overflows.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; zero where `earlier` is later.
    pub const fn ms_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A moment, in milliseconds of a clock that nobody sets. Only differences mean something, and only within one process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SteadyMillis(pub u64);

impl SteadyMillis {
    /// The moment `ms` milliseconds later; the last representable one where that overflows.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; zero where `earlier` is later.
    pub const fn ms_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Tells the time. Passed in wherever time matters, so that tests and simulations own it.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> UnixMillis;

    /// The present moment, for how long something lasts: it goes on evenly when the machine's time is set.
    fn steady(&self) -> SteadyMillis;
}
