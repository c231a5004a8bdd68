//! Are the auditor's figures those that the product keeps? Where they part, an honest ledger is called broken.

use edgecoder_auditor::limits;
use edgecoder_domain::{price, task, wallet};
use edgecoder_events::{
    MicroCredits,
    task::{ResourceClass, Verdict},
};
use std::ops::RangeInclusive;

/// The cheapest and the dearest millisecond that the product asks for, in whatever load.
fn prices(resource: ResourceClass) -> RangeInclusive<u64> {
    let loads = (0..=9).flat_map(|agents| (0..=30).map(move |waiting| price::load_permille(waiting, agents)));
    let prices: Vec<u64> = loads.map(|load| price::per_ms(resource, load).micros()).collect();
    *prices.iter().min().unwrap()..=*prices.iter().max().unwrap()
}

#[test]
fn every_figure_is_the_products() {
    assert_eq!(limits::MAX_ATTEMPTS, task::MAX_ATTEMPTS);
    assert_eq!(limits::MAX_UNUSED_LEASES, task::MAX_UNUSED_LEASES);
    assert_eq!(limits::MAX_ANSWERS, task::MAX_ANSWERS);
    assert_eq!(limits::MAX_REVIEWS, task::MAX_REVIEWS);
    assert_eq!(limits::MIN_LEASE_MS, task::MIN_LEASE_MS);
    assert_eq!(limits::SUBTASKS, 1..=task::MAX_SUBTASKS);
    assert_eq!(limits::TIMEOUT_MS, 1..=task::MAX_TIMEOUT_MS);
    let faucet = MicroCredits::from_credits(wallet::FAUCET_LIMIT_CREDITS).unwrap();
    assert_eq!(limits::FAUCET_LIMIT_MICROS, faucet.micros());
}

#[test]
fn every_price_is_the_products() {
    assert_eq!(limits::CPU_MICROS_PER_MS, prices(ResourceClass::Cpu));
    assert_eq!(limits::GPU_MICROS_PER_MS, prices(ResourceClass::Gpu));
}

#[test]
fn a_failed_result_is_worth_what_the_product_pays() {
    for (paid_ms, per_ms) in [(0, 800), (1, 1_001), (7, 1_250), (600_000, 6_400)] {
        let paid = price::of_result(paid_ms, MicroCredits::from_micros(per_ms), Verdict::Failed);
        let due = u128::from(paid_ms) * u128::from(per_ms) * limits::FAILED_TENTHS / 10;
        assert_eq!(u128::from(paid.micros()), due, "{paid_ms} ms at {per_ms}");
    }
}
