//! How long to wait after a failure? Longer each time, and never in step with the other machines.

use crate::chance::Chance;
use rand::RngExt;
use std::time::Duration;

const FIRST_MS: u64 = 500;
const LONGEST_MS: u64 = 30_000;
/// Somebody sits there and has just approved the machine, or is about to.
const LONGEST_FOR_APPROVAL_MS: u64 = 5_000;
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
        self.next_up_to(LONGEST_MS, chance)
    }

    /// As [`Self::next`], where nothing failed but that an operator has not approved this machine yet.
    pub fn next_for_approval(&mut self, chance: &Chance) -> Duration {
        self.next_up_to(LONGEST_FOR_APPROVAL_MS, chance)
    }

    fn next_up_to(&mut self, longest_ms: u64, chance: &Chance) -> Duration {
        let bound = FIRST_MS.saturating_mul(1 << self.failures.min(MAX_DOUBLINGS)).min(longest_ms);
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
    fn who_waits_for_approval_asks_again_within_five_seconds() {
        let chance = Chance::new(StdRng::seed_from_u64(1));
        let mut backoff = Backoff { failures: 9 };
        let waits: Vec<_> = (0..300).map(|_| backoff.next_for_approval(&chance)).collect();
        let bound = Duration::from_millis(LONGEST_FOR_APPROVAL_MS);
        assert!(waits.iter().all(|wait| *wait <= bound) && waits.iter().any(|wait| *wait > bound / 2));
    }

    #[test]
    fn success_starts_anew() {
        let chance = Chance::new(StdRng::seed_from_u64(1));
        let mut backoff = Backoff { failures: 9 };
        backoff.reset();
        assert!(backoff.next(&chance) <= Duration::from_millis(FIRST_MS));
    }
}
