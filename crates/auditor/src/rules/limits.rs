//! Which figures does an honest ledger keep?
//!
//! They are stated again, not taken from the product's own rules: who changes them there changes what old ledgers may say.
//! A test compares each with the one that the product keeps, so that an honest ledger is never called broken. An older
//! ledger than a change was written under the older figure: both must stay lawful then.

use edgecoder_events::MicroCredits;
use std::ops::RangeInclusive;

/// How many machines try a subtask before better code is asked for. *Source*: `domain`, `task::MAX_ATTEMPTS`.
pub const MAX_ATTEMPTS: u16 = 3;

/// How often a subtask comes back untried before its task fails. *Source*: `domain`, `task::MAX_UNUSED_LEASES`.
pub const MAX_UNUSED_LEASES: u16 = 16;

/// How often a completed task is reviewed. *Source*: `domain`, `task::MAX_REVIEWS`.
pub const MAX_REVIEWS: u16 = 32;

/// How often the owner of a task says more of one subtask. *Source*: `domain`, `task::MAX_ANSWERS`.
pub const MAX_ANSWERS: u16 = 3;

/// A shorter lease is not worth beginning, in milliseconds. *Source*: `domain`, `task::MIN_LEASE_MS`.
pub const MIN_LEASE_MS: u64 = 1_000;

/// How many subtasks a task is split into. *Source*: `domain`, `task::MAX_SUBTASKS`.
pub const SUBTASKS: RangeInclusive<usize> = 1..=10;

/// How long a plan lets one subtask run, in milliseconds. *Source*: `domain`, `task::MAX_TIMEOUT_MS`.
pub const TIMEOUT_MS: RangeInclusive<u64> = 1..=600_000;

/// What a millisecond on a CPU costs, in micro-credits, from where machines wait for work to where work waits for machines.
/// *Source*: `domain`, `price`: one credit a second, and a load factor of 0.8 to 1.6.
pub const CPU_MICROS_PER_MS: RangeInclusive<u64> = 800..=1_600;

/// What a millisecond on a GPU costs, in micro-credits. *Source*: `domain`, `price`: four times as much as on a CPU.
pub const GPU_MICROS_PER_MS: RangeInclusive<u64> = 3_200..=6_400;

/// A failed result is worth six tenths. *Source*: `domain`, `price::of_result`.
pub const FAILED_TENTHS: u128 = 6;

/// The most that the faucet gives at once, in micro-credits. *Source*: `domain`, `wallet::FAUCET_LIMIT_CREDITS`.
pub const FAUCET_LIMIT_MICROS: u64 = 10_000 * MicroCredits::PER_CREDIT;
