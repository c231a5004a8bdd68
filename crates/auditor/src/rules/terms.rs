//! Are the time and the price of a lease such as the product may set, and is the cost that of both?

use super::limits::{CPU_MICROS_PER_MS, FAILED_TENTHS, GPU_MICROS_PER_MS, MIN_LEASE_MS};
use edgecoder_events::{
    MicroCredits,
    task::{ResourceClass, SubtaskLeased, Verdict},
};
use edgecoder_ledger::Entry;
use std::ops::RangeInclusive;

/// What a millisecond of such a machine may cost, in micro-credits.
fn prices(resource: ResourceClass) -> RangeInclusive<u64> {
    match resource {
        ResourceClass::Cpu => CPU_MICROS_PER_MS,
        ResourceClass::Gpu => GPU_MICROS_PER_MS,
    }
}

/// Whether so much budget may be too little for a lease of a subtask that runs at most `timeout_ms`, at some price.
pub(super) fn may_be_too_little(left: MicroCredits, resource: ResourceClass, timeout_ms: u64) -> bool {
    left.micros() / prices(resource).end() < timeout_ms.min(MIN_LEASE_MS)
}

/// A lease is no longer than the plan lets its subtask run, and costs what its kind of machine can.
pub(super) fn check_lease(leased: &SubtaskLeased, resource: ResourceClass, timeout_ms: u64) -> Result<(), String> {
    if leased.limit_ms > timeout_ms {
        return Err(format!("the lease lasts {} ms, the plan allows {timeout_ms} ms", leased.limit_ms));
    }
    let (price, may) = (leased.price_per_ms.micros(), prices(resource));
    if may.contains(&price) {
        return Ok(());
    }
    let (least, most) = may.into_inner();
    Err(format!("a millisecond of the lease costs {price} micro-credits, it is {least} to {most}"))
}

/// The cost is the price of the time paid, and that time is no longer than the lease lasted.
pub(super) fn check_price(
    entry: &Entry<'_>,
    lease: &SubtaskLeased,
    paid_ms: u64,
    cost: MicroCredits,
    verdict: Verdict,
) -> Result<(), String> {
    let held_ms = entry.recorded_at_ms.saturating_sub(lease.granted_at.0).min(lease.limit_ms);
    if paid_ms > held_ms {
        return Err(format!("{paid_ms} ms are paid, the lease lasted {held_ms} ms"));
    }
    let full = u128::from(paid_ms) * u128::from(lease.price_per_ms.micros());
    let price = match verdict {
        Verdict::Passed => full,
        Verdict::Failed => full * FAILED_TENTHS / 10,
    };
    if u128::from(cost.micros()) == price {
        return Ok(());
    }
    Err(format!("the cost is {} micro-credits, {paid_ms} ms at the lease's price are {price}", cost.micros()))
}
