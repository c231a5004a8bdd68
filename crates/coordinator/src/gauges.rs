//! What does the coordinator tell Prometheus about its queue and its projections? Read when asked, so never stale.

use crate::Parts;
use edgecoder_events::Position;
use edgecoder_projections::Projections;
use edgecoder_service_kit::commands::Commands;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, gauge::ConstGauge},
};
use std::{fmt, sync::Arc};

/// The coordinator's gauges, made at each scrape.
struct Gauges {
    commands: Commands,
    projections: Arc<Projections>,
}

/// Lets `/metrics` show the coordinator's gauges.
pub fn register(parts: &Parts) {
    let gauges = Gauges { commands: parts.commands.clone(), projections: Arc::clone(&parts.projections) };
    parts
        .metrics
        .register(|registry| registry.sub_registry_with_prefix("coordinator").register_collector(Box::new(gauges)));
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let now = self.commands.clock().now();
        let (waiting, leased, oldest_ms) = self
            .projections
            .ready_queue(|queue| (queue.waiting(), queue.leased(), queue.oldest_waiting_ms(now).unwrap_or(0)));
        let online = self.projections.agent_directory(|agents| agents.workers(now).count());
        one(&mut encoder, "subtasks_waiting", "Subtasks that wait for a machine", whole(waiting))?;
        one(&mut encoder, "subtasks_leased", "Subtasks that a machine holds", whole(leased))?;
        let help = "Milliseconds that the subtask which waits longest has waited";
        one(&mut encoder, "oldest_waiting_milliseconds", help, whole(oldest_ms))?;
        one(&mut encoder, "machines_online", "Machines that may work and were heard of lately", whole(online))?;
        let size = self.commands.store().head().size;
        one(&mut encoder, "ledger_entries", "Entries of the log", whole(size))?;
        let help = "Events of the log that a projection has not taken in";
        let mut lag = encoder.encode_descriptor("projection_lag_events", help, None, MetricType::Gauge)?;
        for (question, behind) in self.projections.lag(Position(size)) {
            ConstGauge::new(whole(behind)).encode(lag.encode_family(&[("projection", question.name())])?)?;
        }
        Ok(())
    }
}

fn one(encoder: &mut DescriptorEncoder, name: &str, help: &str, value: i64) -> fmt::Result {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

impl fmt::Debug for Gauges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gauges").finish_non_exhaustive()
    }
}
