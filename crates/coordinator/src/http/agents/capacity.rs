//! `GET /capacity` and `GET /models/available`: what can the machines that are online do?

use crate::Coordinator;
use axum::extract::State;
use edgecoder_events::{ModelName, node::AgentMode};
use edgecoder_service_kit::{
    callers::{Operator, Reader},
    http::{Json, Problem},
    views,
};
use edgecoder_wire::agents::{AvailableModel, Capacity, CapacityTotals};
use std::collections::BTreeMap;

/// The most machines that are listed one by one; the totals count all.
const MAX_LISTED: usize = 500;

/// Sums up the machines that are online.
#[utoipa::path(
    get,
    path = "/capacity",
    operation_id = "show_capacity",
    tag = "agents",
    security(("operator" = [])),
    responses(
        (status = 200, body = Capacity, description = "totals, and the machines one by one"),
    ),
)]
pub async fn capacity(State(coordinator): State<Coordinator>, _: Operator) -> Result<Json<Capacity>, Problem> {
    let now = coordinator.commands.clock().now();
    let capacity = coordinator.projections.agent_directory(|agents| {
        let mut totals = CapacityTotals {
            agents_connected: 0,
            total_capacity: 0,
            swarm_enabled_count: 0,
            ide_enabled_count: 0,
            blacklisted_agents: agents.blacklisted(now) as u64,
        };
        let mut listed = Vec::new();
        for (_, entry) in agents.workers(now) {
            totals.agents_connected += 1;
            let places = entry.registration().map_or(0, |it| it.capabilities.max_concurrent_tasks);
            totals.total_capacity += u64::from(places);
            match entry.mode() {
                Some(AgentMode::IdeEnabled) => totals.ide_enabled_count += 1,
                Some(AgentMode::SwarmOnly) | None => totals.swarm_enabled_count += 1,
            }
            if listed.len() < MAX_LISTED {
                listed.extend(views::agent(entry, now));
            }
        }
        Capacity { totals, agents: listed }
    });
    Ok(Json(capacity))
}

/// Lists the models that machines online can answer with.
#[utoipa::path(
    get,
    path = "/models/available",
    operation_id = "list_models",
    tag = "agents",
    security(("account" = []), ("operator" = [])),
    responses(
        (status = 200, body = Vec<AvailableModel>, description = "models, each with the number of its machines"),
    ),
)]
pub async fn models(State(coordinator): State<Coordinator>, _: Reader) -> Result<Json<Vec<AvailableModel>>, Problem> {
    let now = coordinator.commands.clock().now();
    let counts = coordinator.projections.agent_directory(|agents| {
        let mut counts: BTreeMap<ModelName, u64> = BTreeMap::new();
        for (_, entry) in agents.workers(now) {
            for model in entry.registration().into_iter().flat_map(|it| &it.capabilities.models) {
                *counts.entry(model.clone()).or_default() += 1;
            }
        }
        counts
    });
    Ok(Json(counts.into_iter().map(|(model, agent_count)| AvailableModel { model, agent_count }).collect()))
}
