//! What does a millisecond of work cost?
//!
//! One second of CPU work at ordinary load is one credit. The load factor rises with the queue: 0.8 where machines
//! wait for work, 1.0, 1.25, and 1.6 where work waits for machines.

use edgecoder_events::{MicroCredits, task::ResourceClass, task::Verdict};

/// Micro-credits for one millisecond on a CPU at load factor 1.
const CPU_MICROS_PER_MS: u64 = 1_000;
/// A GPU costs this many times as much as a CPU.
const GPU_FACTOR: u64 = 4;
/// The highest load factor, in thousandths.
pub const MAX_LOAD_PERMILLE: u64 = 1_600;
/// What a result that failed its tests is worth, in thousandths.
const FAILED_PERMILLE: u64 = 600;
const PERMILLE: u64 = 1_000;

/// The load factor, in thousandths, for `waiting` subtasks that one of them could take and `agents` machines that may work.
pub fn load_permille(waiting: u64, agents: u64) -> u64 {
    if agents == 0 || waiting > agents.saturating_mul(2) {
        MAX_LOAD_PERMILLE
    } else if waiting > agents {
        1_250
    } else if waiting.saturating_mul(2) > agents {
        1_000
    } else {
        800
    }
}

/// The price of one millisecond of work at a load factor of `load_permille` thousandths.
pub fn per_ms(resource: ResourceClass, load_permille: u64) -> MicroCredits {
    let base = match resource {
        ResourceClass::Cpu => CPU_MICROS_PER_MS,
        ResourceClass::Gpu => CPU_MICROS_PER_MS.saturating_mul(GPU_FACTOR),
    };
    MicroCredits::from_micros(base.saturating_mul(load_permille.min(MAX_LOAD_PERMILLE)).div_euclid(PERMILLE))
}

/// What `ms` milliseconds of work cost; the largest amount where that overflows.
pub fn of_time(ms: u64, price_per_ms: MicroCredits) -> MicroCredits {
    MicroCredits::from_micros(ms.saturating_mul(price_per_ms.micros()))
}

/// What a result is paid: all of its time where it passed, six tenths where it failed.
pub fn of_result(paid_ms: u64, price_per_ms: MicroCredits, verdict: Verdict) -> MicroCredits {
    let full = of_time(paid_ms, price_per_ms);
    match verdict {
        Verdict::Passed => full,
        Verdict::Failed => {
            let tenths = u128::from(full.micros()).saturating_mul(u128::from(FAILED_PERMILLE));
            let micros = tenths.div_euclid(u128::from(PERMILLE));
            MicroCredits::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
        }
    }
}

/// How many milliseconds `budget` pays for, whatever the verdict.
pub fn affordable_ms(budget: MicroCredits, price_per_ms: MicroCredits) -> u64 {
    budget.micros().checked_div(price_per_ms.micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_factor_follows_the_queue() {
        assert_eq!(load_permille(0, 0), 1_600);
        assert_eq!(load_permille(1, 2), 800);
        assert_eq!(load_permille(2, 2), 1_000);
        assert_eq!(load_permille(4, 2), 1_250);
        assert_eq!(load_permille(5, 2), 1_600);
    }

    #[test]
    fn one_second_of_cpu_at_ordinary_load_is_one_credit() {
        let price = per_ms(ResourceClass::Cpu, 1_000);
        assert_eq!(of_time(1_000, price), MicroCredits::from_micros(MicroCredits::PER_CREDIT));
        assert_eq!(of_result(1_000, price, Verdict::Failed), MicroCredits::from_micros(600_000));
        assert_eq!(of_time(1_000, per_ms(ResourceClass::Gpu, 1_000)), MicroCredits::from_micros(4_000_000));
    }

    #[test]
    fn what_is_affordable_never_costs_more_than_the_budget() {
        let price = per_ms(ResourceClass::Cpu, 1_250);
        let budget = MicroCredits::from_micros(9_999);
        assert!(of_time(affordable_ms(budget, price), price) <= budget);
    }
}
