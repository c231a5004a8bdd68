//! Everything in one process: what `cargo run --release` starts.

use super::{
    Ending, OwnWorker,
    banner::{self, Endpoints, Ready},
    first_start, listen,
    next::Commands,
    node::{Node, Purpose},
    parts, portal,
};
use crate::data_dir::DataDir;
use anyhow::{Context, Result};
use edgecoder_events::AgentId;
use edgecoder_service_kit::settings::Settings;
use std::time::Instant;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const DEFAULT_AGENT_ID: &str = "worker-1";

/// Starts ledger, coordinator, inference, control plane, portal and a worker.
pub async fn start(
    settings: &Settings,
    data: &DataDir,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<Ending> {
    let begun = Instant::now();
    let agent = settings.text("AGENT_ID").unwrap_or_else(|| DEFAULT_AGENT_ID.to_owned());
    let agent: AgentId = agent.parse().context("AGENT_ID can not be used")?;
    let settings = settings.clone().with_flag("AGENT_ID", Some(agent.as_str()));
    // What the worker can not be started with is said before anything is begun.
    let _usable = parts::worker_settings(&settings, data)?;
    let settings = &settings;
    let (coordinator, inference, control_plane, portal) = (
        listen::bind(settings, listen::COORDINATOR).await?,
        listen::bind(settings, listen::INFERENCE).await?,
        listen::bind(settings, listen::CONTROL_PLANE).await?,
        listen::bind(settings, listen::PORTAL).await?,
    );
    let endpoints = Endpoints {
        coordinator: Some(listen::url(&coordinator)?),
        inference: Some(listen::url(&inference)?),
        control_plane: Some(listen::url(&control_plane)?),
        portal: Some(listen::url(&portal)?),
    };
    let node = Node::open(settings, data, Purpose::Serve).await?;
    first_start::open_local_account(&node, data, parts::is_development(settings)?).await?;
    let token = first_start::admit_local_worker(&node, &agent).await?;

    let inference_url = endpoints.inference.clone();
    let inference_router = parts::inference_router(settings, &node.tokens, node.metrics.clone(), (tasks, stop))?;
    listen::answer(tasks, inference, inference_router, stop);
    let services = parts::ledger_services(settings, data, &node, inference_url.as_deref())?;
    services.coordinator.start(tasks, stop);
    let pages = portal::open(settings, &node, &services, &endpoints).await?;
    pages.start(tasks, stop);
    listen::answer(tasks, portal, edgecoder_portal::router(pages), stop);
    listen::answer(tasks, coordinator, services.coordinator_router, stop);
    listen::answer(tasks, control_plane, services.control_plane_router, stop);
    node.commit().await?;
    banner::remember(data, &endpoints)?;
    let coordinator_url = endpoints.coordinator.clone().unwrap_or_default();
    let next = Commands::of_this_process(settings).where_everything_runs(&coordinator_url);
    banner::show(&node, data, &endpoints, Ready { begun, next })?;

    let settings = settings
        .clone()
        .with_flag("AGENT_REGISTRATION_TOKEN", Some(token.expose()))
        .with_flag("COORDINATOR_URL", Some(coordinator_url));
    let mut own = OwnWorker::default();
    let worker = parts::worker(&settings, data)?.measured_in(node.metrics.clone());
    parts::spawn_worker(worker, &mut own.tasks, &own.stop);
    Ok(Ending { worker: own, node: Some(node) })
}
