//! Can a machine take more work than it has places for, or lose what it did because it was much?

use super::{
    house::House,
    machine::{Machine, Said},
};
use std::thread;

/// As many bytes of output as a report may have beside its other fields.
const MUCH: usize = 3 * 1024 * 1024;

#[test]
fn pulls_at_once_win_no_more_leases_than_the_machine_has_places() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let (token, mut ann) = (house.admitted("ann"), Machine::new("ann", 1));
    let registration = edgecoder_wire::agents::Register { max_concurrent_tasks: 2, ..ann.registration(Some(&token)) };
    house.ask(&ann.signed("/register", &registration)).success();
    for n in 0..16 {
        house.submit(&customer, &format!("t{n}")).success();
    }
    let pulls: Vec<_> = (0..16).map(|_| ann.pull(0)).collect();
    let leases: usize = thread::scope(|scope| {
        let sent: Vec<_> = pulls.iter().map(|pull| scope.spawn(|| house.ask(pull).success())).collect();
        sent.into_iter().map(|pull| usize::from(!pull.join().unwrap()["subtask"].is_null())).sum()
    });
    assert_eq!(leases, 2);
}

#[test]
fn a_long_report_is_taken_and_a_longer_one_is_refused() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    house.submit(&customer, "much").success();
    let held = ann.pulls(&house).unwrap();
    let too_much = ann.brings(&house, &held, &Said::of(&"x".repeat(2 * MUCH), 1));
    assert_eq!(too_much.problem(), (413, "body_too_large".to_owned()));
    ann.brings(&house, &held, &Said::of(&"x".repeat(MUCH), 1)).success();
}
