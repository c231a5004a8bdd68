//! What does a worker show of its work?

use super::program;
use crate::{coordinator::Coordinator, house::House};
use std::sync::Arc;

pub async fn what_was_done_is_measured_and_a_worker_with_a_coordinator_is_well(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    for (task, code) in [("good", "print('hello')\n"), ("bad", "raise SystemExit(3)\n")] {
        coordinator.office.offer(task, program(&[("main.py", code)]));
    }
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    coordinator.office.wait_for(|scene| (scene.accepted.len() == 2).then_some(())).await;
    let (status, _) = worker.shows("/health").await;
    let (_, metrics) = worker.shows("/metrics").await;
    worker.stop().await;
    assert_eq!(status, 200);
    for line in [
        "edgecoder_worker_task_seconds_count{outcome=\"Passed\"} 1",
        "edgecoder_worker_task_seconds_count{outcome=\"Failed\"} 1",
        "edgecoder_worker_sandbox_run_seconds_count{outcome=\"Ran\"} 2",
        "edgecoder_worker_heartbeat_failures_total 0",
        "# TYPE edgecoder_worker_results_waiting gauge",
    ] {
        assert!(metrics.contains(line), "{line}:\n{metrics}");
    }
}
