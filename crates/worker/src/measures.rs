//! What does the worker tell Prometheus about its work?

use crate::outbox::Outbox;
use edgecoder_service_kit::http::Metrics;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
};
use std::time::Duration;

/// How the work on a lease ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum TaskOutcome {
    Passed,
    Failed,
    Unable,
    Drained,
    /// The coordinator wanted no result any more.
    Over,
}

/// Whether the sandbox brought a run to an end of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum RunOutcome {
    Ran,
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Task {
    outcome: TaskOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Run {
    outcome: RunOutcome,
}

/// From ten milliseconds to eleven minutes: a lease lasts at most ten.
fn work_times() -> Histogram {
    Histogram::new(exponential_buckets(0.01, 2.0, 17))
}

/// Counts and times since this process began.
#[derive(Clone)]
pub struct Measures {
    task_times: Family<Task, Histogram>,
    run_times: Family<Run, Histogram>,
    results_waiting: Gauge,
    heartbeat_failures: Counter,
}

impl Measures {
    /// Measures that `metrics` shows.
    pub fn registered_in(metrics: &Metrics) -> Self {
        let measures = Self {
            task_times: Family::new_with_constructor(work_times as fn() -> Histogram),
            run_times: Family::new_with_constructor(work_times as fn() -> Histogram),
            results_waiting: Gauge::default(),
            heartbeat_failures: Counter::default(),
        };
        metrics.register(|registry| {
            let registry = registry.sub_registry_with_prefix("worker");
            let help = "Time from a lease to its result, in seconds; the count is that of tasks";
            registry.register("task_seconds", help, measures.task_times.clone());
            let help = "Time of one run in the sandbox, in seconds";
            registry.register("sandbox_run_seconds", help, measures.run_times.clone());
            let help = "Results that no coordinator has taken yet";
            registry.register("results_waiting", help, measures.results_waiting.clone());
            let help = "Heartbeats that no coordinator took";
            registry.register("heartbeat_failures", help, measures.heartbeat_failures.clone());
        });
        measures
    }

    /// The work on a lease ended.
    pub fn worked(&self, outcome: TaskOutcome, time: Duration) {
        self.task_times.get_or_create(&Task { outcome }).observe(time.as_secs_f64());
    }

    /// A run in the sandbox ended.
    pub fn ran(&self, outcome: RunOutcome, time: Duration) {
        self.run_times.get_or_create(&Run { outcome }).observe(time.as_secs_f64());
    }

    /// A heartbeat was not taken.
    pub fn heartbeat_failed(&self) {
        self.heartbeat_failures.inc();
    }

    /// Follows the number of results that wait, for as long as it is polled.
    pub async fn watch(&self, outbox: &Outbox) {
        let mut counts = outbox.counts();
        loop {
            let count = *counts.borrow_and_update();
            self.results_waiting.set(i64::try_from(count).unwrap_or(i64::MAX));
            if counts.changed().await.is_err() {
                return;
            }
        }
    }
}
