//! How much? Credit, counted in whole millionths.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A quantity of credit, in millionths of one credit.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroCredits(u64);

/// The sum or difference does not fit: amounts are never negative and never wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount does not fit")]
pub struct AmountOverflow;

impl MicroCredits {
    /// No credit at all.
    pub const ZERO: Self = Self(0);
    /// How many micro-credits make one credit.
    pub const PER_CREDIT: u64 = 1_000_000;

    /// Takes a count of millionths.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Takes a count of whole credits.
    ///
    /// # Errors
    /// [`AmountOverflow`] above 18 million million credits.
    pub const fn from_credits(credits: u64) -> Result<Self, AmountOverflow> {
        match credits.checked_mul(Self::PER_CREDIT) {
            Some(micros) => Ok(Self(micros)),
            None => Err(AmountOverflow),
        }
    }

    /// The count of millionths.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Adds, or says that the sum does not fit.
    pub const fn checked_add(self, other: Self) -> Result<Self, AmountOverflow> {
        match self.0.checked_add(other.0) {
            Some(sum) => Ok(Self(sum)),
            None => Err(AmountOverflow),
        }
    }

    /// Subtracts, or says that the difference would be negative.
    pub const fn checked_sub(self, other: Self) -> Result<Self, AmountOverflow> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Ok(Self(rest)),
            None => Err(AmountOverflow),
        }
    }

    /// The difference, or zero where it would be negative.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether nothing is left.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for MicroCredits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} µcredits", self.0)
    }
}

/// Whole credits with six decimals, as a person reads them: `12.500000`.
impl fmt::Display for MicroCredits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / Self::PER_CREDIT, self.0 % Self::PER_CREDIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_never_go_below_zero_or_wrap() {
        assert_eq!(MicroCredits::from_micros(1).checked_sub(MicroCredits::from_micros(2)), Err(AmountOverflow));
        assert_eq!(MicroCredits::from_micros(u64::MAX).checked_add(MicroCredits::from_micros(1)), Err(AmountOverflow));
        assert_eq!(MicroCredits::from_credits(u64::MAX), Err(AmountOverflow));
    }

    #[test]
    fn a_person_reads_credits_with_six_decimals() {
        assert_eq!(MicroCredits::from_micros(12_500_000).to_string(), "12.500000");
    }
}
