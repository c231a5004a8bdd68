//! How long to wait after a failure? Longer each time, and never in step with the other machines.

use crate::chance::Chance;
use rand::RngExt;
use std::time::Duration;

const FIRST_MS: u64 = 500;
const LONGEST_MS: u64 = 30_000;
/// From here on the longest wait is reached anyway.
const MAX_DOUBLINGS: u32 = 10;

/// Counts failures in a row.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Something worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Something failed: the wait before the next try, anywhere between nothing and a bound that doubles ("full jitter").
    pub fn next(&mut self, chance: &Chance) -> Duration {
        let bound = FIRST_MS.saturating_mul(1 << self.failures.min(MAX_DOUBLINGS)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(chance.draw(|rng| rng.random_range(1..=bound)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn waits_spread_over_a_bound_that_doubles_to_thirty_seconds() {
        let chance = Chance::new(StdRng::seed_from_u64(1));
        let mut longest = [Duration::ZERO; 12];
        for _ in 0..300 {
            let mut backoff = Backoff::default();
            for wait in &mut longest {
                *wait = backoff.next(&chance).max(*wait);
            }
        }
        for (nth, wait) in longest.iter().enumerate() {
            let bound = Duration::from_millis((FIRST_MS << nth).min(LONGEST_MS));
            assert!(*wait <= bound && *wait > bound / 2, "{nth}: {wait:?} of {bound:?}");
        }
    }

    #[test]
    fn success_starts_anew() {
        let chance = Chance::new(StdRng::seed_from_u64(1));
        let mut backoff = Backoff { failures: 9 };
        backoff.reset();
        assert!(backoff.next(&chance) <= Duration::from_millis(FIRST_MS));
    }
}
