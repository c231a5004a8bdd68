//! Where may a coordinator be, and how do we know?

use crate::CoordinatorUrl;
use edgecoder_events::PublicKey;
use std::fmt;

/// More than any swarm names; what comes after is not read.
pub(crate) const MAX_CANDIDATES: usize = 32;

/// Who named a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Dns,
    /// DNS, so many milliseconds ago.
    Cache {
        age_ms: u64,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns => f.write_str("DNS"),
            Self::Cache { age_ms } => write!(f, "DNS, {} minutes ago", age_ms / 60_000),
        }
    }
}

/// A place where a coordinator may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub url: CoordinatorUrl,
    /// The keys of which the coordinator must show one; none where nobody named any.
    pub keys: Vec<PublicKey>,
    pub source: Source,
}

impl Candidate {
    /// Says whether a coordinator that shows this key is the one that was meant.
    pub fn accepts(&self, key: &PublicKey) -> bool {
        self.keys.is_empty() || self.keys.contains(key)
    }
}
