//! Does every result arrive, and arrive once?

use super::program;
use crate::{
    coordinator::{Coordinator, Scene},
    house::House,
};
use edgecoder_wire::work::{Outcome, Work};
use std::sync::Arc;

fn hello() -> Work {
    program(&[("main.py", "print('hello')\n")])
}

/// How many results were taken, and how many were asked again after that.
fn taken_and_repeated(coordinator: &Coordinator) -> (usize, u32) {
    coordinator.office.scene(|scene| (scene.accepted.len(), scene.repeated))
}

pub async fn a_retry_is_signed_anew(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.scene(|scene| scene.failing_results = 2);
    coordinator.office.offer("task", hello());
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    // A nonce that comes twice is refused before the answer: three calls that got that far had three nonces.
    coordinator.office.wait_for(|scene| (scene.accepted.len() == 1).then_some(())).await;
    assert_eq!(coordinator.office.scene(|scene| scene.result_calls), 3);
    worker.stop().await;
    assert_eq!(taken_and_repeated(&coordinator), (1, 0));
}

pub async fn a_result_is_delivered_once_when_the_coordinator_comes_back(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.offer("task", hello());
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    coordinator.office.scene(|scene| scene.failing_results = 1);
    // The first delivery was refused: from now on the result is on disk, and the coordinator goes.
    coordinator.office.wait_for(|scene| (scene.result_calls == 1).then_some(())).await;
    let (port, office) = coordinator.leave().await;
    let waiting = std::fs::read_dir(home.path().join("outbox")).unwrap().count();
    let coordinator = Coordinator::start_on(port, office).await;
    coordinator.office.wait_for(|scene| (scene.accepted.len() == 1).then_some(())).await;
    worker.stop().await;
    assert_eq!((waiting, taken_and_repeated(&coordinator)), (1, (1, 0)));
    assert_eq!(std::fs::read_dir(home.path().join("outbox")).unwrap().count(), 0);
}

pub async fn a_result_survives_the_crash_of_its_worker(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.scene(|scene| scene.failing_results = u32::MAX);
    coordinator.office.offer("task", hello());
    let settings = House::settings(home.path(), &[&coordinator]);
    let worker = house.start(settings.clone());
    coordinator.office.wait_for(|scene| (scene.result_calls == 1).then_some(())).await;
    worker.crash().await;
    let key = coordinator.office.scene(|scene| {
        scene.failing_results = 0;
        scene.heartbeats.clear();
        scene.agent.clone().unwrap().signing_key
    });
    let worker = house.start(settings);
    let accepted = coordinator.office.wait_for(|scene| scene.accepted.first().map(|it| it.outcome)).await;
    worker.stop().await;
    assert_eq!((accepted, taken_and_repeated(&coordinator)), (Outcome::Passed, (1, 0)));
    let kept = coordinator.office.scene(|scene| scene.agent.clone().unwrap().signing_key);
    assert_eq!(kept, key, "the keys survive too");
}

pub async fn a_result_that_the_disk_does_not_take_is_brought_at_once(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    coordinator.office.wait_for(|scene| (scene.registrations == 1).then_some(())).await;
    // The folder was opened before that; nothing can be written into what is there now.
    let outbox = home.path().join("outbox");
    std::fs::remove_dir(&outbox).unwrap();
    std::fs::write(&outbox, "").unwrap();
    coordinator.office.offer("task", hello());
    let accepted = coordinator.office.wait_for(|scene| scene.accepted.first().map(|it| it.outcome)).await;
    let told = |scene: &mut Scene| scene.diary.pop().filter(|line| line.message.contains("check the disk"));
    let line = coordinator.office.wait_for(told).await;
    assert!(line.message.contains("task.0"), "{}", line.message);
    worker.stop().await;
    assert_eq!((accepted, taken_and_repeated(&coordinator)), (Outcome::Passed, (1, 0)));
}

pub async fn a_result_that_is_too_late_is_given_up_and_told(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.scene(|scene| scene.failing_results = 1);
    coordinator.office.offer("task", hello());
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    let late = |scene: &mut Scene| {
        scene.held.retain(|_| scene.result_calls == 0);
        (scene.repeated == 1).then_some(())
    };
    coordinator.office.wait_for(late).await;
    let line = coordinator.office.wait_for(|scene| scene.diary.pop()).await;
    assert!(line.message.contains("task.0") && line.message.contains("lease over"), "{}", line.message);
    worker.stop().await;
    assert_eq!(std::fs::read_dir(home.path().join("outbox")).unwrap().count(), 0);
}
