//! When does a worker ask for work, as its owner wishes?

use super::{endless, program};
use crate::{
    coordinator::{Coordinator, Scene},
    house::House,
};
use edgecoder_events::node::PowerSource;
use edgecoder_wire::{
    power::{PowerPolicy, RestReason},
    work::{Outcome, Work},
};
use edgecoder_worker::WorkerSettings;
use std::{fs, path::Path, sync::Arc};

/// A machine whose battery is being emptied.
fn unplug(supplies: &Path) {
    let battery = supplies.join("BAT0");
    fs::create_dir_all(&battery).unwrap();
    for (file, says) in [("type", "Battery"), ("status", "Discharging")] {
        fs::write(battery.join(file), format!("{says}\n")).unwrap();
    }
}

/// Whether the newest heartbeat says so.
fn rests(scene: &mut Scene, why: Option<RestReason>) -> Option<()> {
    scene.heartbeats.last().filter(|it| it.resting == why).map(|_| ())
}

pub async fn a_machine_rests_as_its_owner_wishes_and_says_why(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let settings = House::settings(home.path(), &[&coordinator]);
    unplug(&settings.power_supplies);
    let mains = PowerPolicy { power: PowerSource::Mains, ..PowerPolicy::default() };
    let office = &coordinator.office;
    office.scene(|scene| scene.power_policy = Some(mains));
    let worker = house.start(settings);
    office.wait_for(|scene| rests(scene, Some(RestReason::OnBattery))).await;
    office.offer("task", program(&[("main.py", "print(1)\n")]));
    let beats = office.scene(|scene| scene.heartbeats.len());
    office.wait_for(|scene| (scene.heartbeats.len() >= beats + 5).then_some(())).await;
    assert_eq!(office.scene(|scene| (scene.pulls, scene.most_held)), (0, 0), "nothing was asked for");
    office.scene(|scene| scene.power_policy = None);
    assert_eq!(office.result().await.outcome, Outcome::Passed);
    office.wait_for(|scene| rests(scene, None)).await;
    // What is held is finished.
    office.offer("held", Work { timeout_ms: 700, ..endless() });
    office.wait_for(|scene| (!scene.held.is_empty()).then_some(())).await;
    office.scene(|scene| scene.power_policy = Some(mains));
    office.wait_for(|scene| rests(scene, Some(RestReason::OnBattery))).await;
    assert_eq!(office.result().await.task, "held");
    let told = |scene: &mut Scene| scene.diary.iter().any(|line| line.message == "rests: on battery").then_some(());
    office.wait_for(told).await;
    worker.stop().await;
}

pub async fn no_more_work_is_held_at_once_than_the_owner_wishes(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let one = PowerPolicy { max_tasks: Some(1), ..PowerPolicy::default() };
    coordinator.office.scene(|scene| scene.power_policy = Some(one));
    for n in 0..3 {
        coordinator.office.offer(&format!("task-{n}"), Work { timeout_ms: 300, ..endless() });
    }
    let settings = WorkerSettings { max_concurrent_tasks: 3, ..House::settings(home.path(), &[&coordinator]) };
    let worker = house.start(settings);
    coordinator.office.wait_for(|scene| (scene.accepted.len() == 3).then_some(())).await;
    worker.stop().await;
    assert_eq!(coordinator.office.scene(|scene| scene.most_held), 1);
}
