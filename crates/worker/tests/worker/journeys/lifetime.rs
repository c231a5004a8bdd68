//! How does a worker begin, take on, let go and end?

use super::{endless, program};
use crate::{
    coordinator::{Coordinator, Scene},
    house::{House, NOW},
};
use edgecoder_events::task::Language;
use edgecoder_wire::{
    agents::HeldLease,
    work::{Outcome, Work},
};
use edgecoder_worker::WorkerSettings;
use std::{sync::Arc, time::Duration};

pub async fn a_worker_registers_once_and_again_only_when_told(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    coordinator.office.wait_for(|scene| (scene.heartbeats.len() >= 5).then_some(())).await;
    let before = coordinator.office.scene(|scene| {
        scene.agent = None;
        scene.registrations
    });
    coordinator.office.wait_for(|scene| (scene.registrations == 2).then_some(())).await;
    let beats = coordinator.office.scene(|scene| scene.heartbeats.len());
    coordinator.office.wait_for(|scene| (scene.heartbeats.len() >= beats + 5).then_some(())).await;
    worker.stop().await;
    assert_eq!((before, coordinator.office.scene(|scene| scene.registrations)), (1, 2));
}

pub async fn javascript_is_worked_on_while_python_is_prepared(_: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let fresh = House::unprepared(&home.path().join("sandbox"));
    let worker = fresh.start(House::settings(home.path(), &[&coordinator]));
    let languages = |scene: &mut Scene| scene.agent.as_ref().map(|agent| agent.languages.clone());
    assert_eq!(coordinator.office.wait_for(languages).await, [Language::Javascript]);
    let javascript = Work { language: Language::Javascript, ..program(&[("main.js", "console.log(6 * 7)\n")]) };
    coordinator.office.offer("early", javascript);
    let report = coordinator.office.result().await.report.unwrap();
    assert_eq!((report.stdout.as_str(), languages_now(&coordinator)), ("42\n", vec![Language::Javascript]));

    let both = |scene: &mut Scene| scene.agent.as_ref().filter(|agent| agent.languages.len() == 2).map(|_| ());
    coordinator.office.wait_for(both).await;
    coordinator.office.offer("late", program(&[("main.py", "print(6 * 7)\n")]));
    assert_eq!(coordinator.office.result().await.report.unwrap().stdout, "42\n");
    worker.stop().await;
    let beats = coordinator.office.scene(|scene| std::mem::take(&mut scene.heartbeats));
    let told: Vec<u8> = beats.into_iter().filter_map(|beat| Some(beat.preparing?.percent)).collect();
    assert!(told.is_sorted() && told.contains(&50), "{told:?}");
}

fn languages_now(coordinator: &Coordinator) -> Vec<Language> {
    coordinator.office.scene(|scene| scene.agent.as_ref().unwrap().languages.clone())
}

pub async fn a_worker_never_holds_more_leases_than_it_has_slots(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let busy = Work { timeout_ms: 700, ..endless() };
    for n in 0..5 {
        coordinator.office.offer(&format!("task-{n}"), busy.clone());
    }
    let settings = WorkerSettings { max_concurrent_tasks: 2, ..House::settings(home.path(), &[&coordinator]) };
    let worker = house.start(settings);
    coordinator.office.wait_for(|scene| (scene.accepted.len() == 5).then_some(())).await;
    worker.stop().await;
    let scene = coordinator.office.scene(std::mem::take);
    assert_eq!(scene.most_held, 2);
    assert!(scene.heartbeats.iter().all(|it| it.leases.len() <= 2));
    let reports = scene.accepted.iter().map(|it| it.report.as_ref().unwrap().reason.as_str());
    assert_eq!(reports.collect::<Vec<_>>(), ["timed_out"; 5]);
}

pub async fn an_ended_lease_stops_its_run(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.offer("endless", endless());
    coordinator.office.offer("next", program(&[("main.py", "print(1)\n")]));
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    let named = |scene: &mut crate::coordinator::Scene| scene.heartbeats.last()?.leases.first().cloned();
    let lease: HeldLease = coordinator.office.wait_for(named).await;
    assert_eq!(lease.task_id.as_str(), "endless");
    coordinator.office.scene(|scene| scene.ended.push(lease));
    // The only slot is free again, and nothing was said of the lease that is over.
    assert_eq!(coordinator.office.result().await.task, "next");
    worker.stop().await;
    assert_eq!(coordinator.office.scene(|scene| (scene.accepted.len(), scene.repeated)), (0, 0));
}

pub async fn a_worker_that_stops_finishes_what_it_holds(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.offer("last", Work { timeout_ms: 500, ..endless() });
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    coordinator.office.wait_for(|scene| (scene.most_held == 1).then_some(())).await;
    worker.stop().await;
    let scene = coordinator.office.scene(std::mem::take);
    assert_eq!((scene.accepted.len(), scene.accepted[0].outcome), (1, Outcome::Failed));
    let good_byes: Vec<_> = scene.heartbeats.iter().filter(|it| it.draining).collect();
    assert!(good_byes.len() == 1 && good_byes[0].leases.is_empty());
    assert!(scene.heartbeats.last().unwrap().draining, "the good-bye is the last word");
}

pub async fn what_outlasts_the_grace_is_given_back(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.offer("endless", endless());
    let grace = Duration::from_millis(50);
    let worker = house.start(WorkerSettings { drain_grace: grace, ..House::settings(home.path(), &[&coordinator]) });
    coordinator.office.wait_for(|scene| (scene.most_held == 1).then_some(())).await;
    worker.stop().await;
    let scene = coordinator.office.scene(std::mem::take);
    assert_eq!((scene.accepted.len(), scene.accepted[0].outcome), (1, Outcome::Drained));
    assert!(scene.accepted[0].report.is_none() && scene.heartbeats.last().unwrap().draining);
}

pub async fn the_next_coordinator_is_asked_when_one_is_gone(house: Arc<House>) {
    let (first, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let second = Coordinator::start_on(0, Arc::clone(&first.office)).await;
    let worker = house.start(House::settings(home.path(), &[&first, &second]));
    first.office.wait_for(|scene| (!scene.heartbeats.is_empty()).then_some(())).await;
    first.leave().await;
    second.office.offer("task", program(&[("main.py", "print(1)\n")]));
    assert_eq!(second.office.result().await.outcome, Outcome::Passed);
    worker.stop().await;
    assert_eq!(second.office.scene(|scene| scene.registrations), 1, "they share the log: no second registration");
}

pub async fn what_dns_said_last_time_is_tried_first_and_a_stranger_gets_nothing(house: Arc<House>) {
    let (stranger, meant, home) =
        (Coordinator::start().await, Coordinator::start().await, tempfile::tempdir().unwrap());
    let pinned = serde_json::json!({
        "foundAtMs": NOW.0,
        "coordinators": [{ "url": stranger.url(), "keys": ["07".repeat(32)] }, { "url": meant.url(), "keys": [] }],
    });
    std::fs::write(home.path().join("coordinators.json"), pinned.to_string()).unwrap();
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let worker = house.start(WorkerSettings {
        coordinator_domain: Some("swarm.example".to_owned()),
        name_server: Some(silent.local_addr().unwrap()),
        ..House::settings(home.path(), &[])
    });
    meant.office.offer("task", program(&[("main.py", "print(1)\n")]));
    assert_eq!(meant.office.result().await.outcome, Outcome::Passed);
    worker.stop().await;
    assert_eq!(stranger.office.scene(|scene| scene.registrations), 0, "it showed another key than DNS named");
}
