//! One service each: how is it put together, alone or beside the others?

use super::{
    Ending,
    access::{self, Tokens},
    anchors,
    banner::{self, Endpoints, Ready},
    first_start, listen,
    next::Commands,
    node::{Node, Purpose},
    portal, witness,
};
use crate::data_dir::DataDir;
use anyhow::{Context, Result};
use axum::Router;
use edgecoder_control_plane::ControlPlane;
use edgecoder_coordinator::{Coordinator, InferenceClient};
use edgecoder_inference::{Inference, Limits};
use edgecoder_sandbox::{ChildCommand, Sandbox, SandboxSettings};
use edgecoder_service_kit::{
    SystemClock,
    callers::ServiceTokens,
    chance,
    http::Metrics,
    settings::{ModelSettings, Settings},
    submissions::{SubmissionLimits, Submissions},
};
use edgecoder_worker::{Worker, WorkerSettings};
use secrecy::SecretString;
use std::{str::FromStr, sync::Arc, time::Instant};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Interpreters that a worker keeps started, so that a task does not wait for one.
const SPARE_INTERPRETERS: usize = 1;
/// Where the coordinator serves the operators' routes for a control plane in a process of its own.
pub(super) const CONTROL_PLANE_PATH: &str = "/control-plane";
/// Where it serves the pages for a portal in a process of its own.
pub(super) const PORTAL_PATH: &str = "/portal";

/// The services that stand on the ledger.
pub struct LedgerServices {
    pub coordinator: Coordinator,
    pub coordinator_router: Router,
    pub control_plane_router: Router,
    /// Takes tasks in, for the coordinator and for the portal.
    pub submissions: Submissions,
}

/// Puts coordinator and control plane together.
pub fn ledger_services(
    settings: &Settings,
    data: &DataDir,
    node: &Node,
    inference_url: Option<&str>,
) -> Result<LedgerServices> {
    let inference = inference_url.map(|url| inference_client(url, &node.tokens)).transpose()?;
    let submissions = Submissions::new(node.commands.clone(), submission_limits(settings)?);
    let control_plane = ControlPlane::new(edgecoder_control_plane::Settings {
        commands: node.commands.clone(),
        projections: Arc::clone(&node.projections),
        access: node.access.clone(),
        metrics: node.metrics.clone(),
        faucet_enabled: is_development(settings)?,
    });
    let coordinator = Coordinator::new(edgecoder_coordinator::Settings {
        commands: node.commands.clone(),
        projections: Arc::clone(&node.projections),
        access: node.access.clone(),
        keys: Arc::clone(&node.keys),
        metrics: node.metrics.clone(),
        inference,
        anchors: anchors::settings(settings, &node.tokens)?,
        submissions: submissions.clone(),
        origin: node.origin.clone(),
        log_verifier_key: node.store.log_verifier_key().to_string(),
        witness: witness::settings(settings, data, &node.origin)?,
    })
    .context("opening what the witness keeps")?;
    let control_plane_router = edgecoder_control_plane::router(control_plane);
    let coordinator_router =
        edgecoder_coordinator::router(coordinator.clone()).nest(CONTROL_PLANE_PATH, control_plane_router.clone());
    Ok(LedgerServices { coordinator, coordinator_router, control_plane_router, submissions })
}

/// What `EDGECODER_ENV` says. No other word is taken for one of these: credit for nothing must not come of a typing error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Environment {
    Development,
    Production,
}

impl FromStr for Environment {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err(()),
        }
    }
}

/// Development is what listens on this machine alone and was not told to be production: it has a faucet.
pub fn is_development(settings: &Settings) -> Result<bool> {
    let told = settings.parsed("EDGECODER_ENV", "development or production, in small letters")?;
    Ok(told != Some(Environment::Production) && listen::host(settings)?.is_loopback())
}

fn submission_limits(settings: &Settings) -> Result<SubmissionLimits> {
    let mut limits = SubmissionLimits::default();
    if let Some(tasks) = settings.parsed("SUBMISSIONS_PER_MINUTE", "a number of tasks")? {
        limits.tasks = tasks;
    }
    if let Some(bytes) = settings.parsed("SUBMITTED_BYTES_PER_MINUTE", "a number of bytes")? {
        limits.bytes = bytes;
    }
    Ok(limits)
}

fn inference_client(url: &str, tokens: &Tokens) -> Result<InferenceClient> {
    let base = if url.ends_with('/') { url.to_owned() } else { format!("{url}/") };
    let base = base.parse().with_context(|| format!("INFERENCE_URL is {url:?}, expected an address"))?;
    InferenceClient::new(base, SecretString::from(tokens.service.expose().to_owned()))
        .context("preparing to ask the inference service")
}

/// The inference service's routes; its background work ends with `stop`.
pub fn inference_router(
    settings: &Settings,
    tokens: &Tokens,
    metrics: Metrics,
    (tasks, stop): (&mut JoinSet<()>, &CancellationToken),
) -> Result<Router> {
    let tokens = ServiceTokens::new(access::settings(settings, tokens)?);
    let inference = Inference::new(ModelSettings::read(settings)?, Limits::default(), tokens, metrics);
    inference.start(tasks, stop);
    Ok(edgecoder_inference::router(inference))
}

/// Starts the coordinator alone.
pub async fn start_coordinator(
    settings: &Settings,
    data: &DataDir,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<Ending> {
    let begun = Instant::now();
    let listener = listen::bind(settings, listen::COORDINATOR).await?;
    let url = listen::url(&listener)?;
    let node = Node::open(settings, data, Purpose::Serve).await?;
    if is_development(settings)? {
        first_start::open_local_account(&node, data, true).await?;
    }
    let default_inference = format!("http://127.0.0.1:{}", listen::INFERENCE.default);
    let inference_url = settings.text("INFERENCE_URL").unwrap_or(default_inference);
    let services = ledger_services(settings, data, &node, Some(&inference_url))?;
    services.coordinator.start(tasks, stop);
    let control_plane = Some(format!("{url}{CONTROL_PLANE_PATH}"));
    let endpoints = Endpoints { coordinator: Some(url.clone()), control_plane, ..Endpoints::default() };
    let pages = portal::open(settings, &node, &services, &endpoints).await?;
    pages.start(tasks, stop);
    let router = services.coordinator_router.nest(PORTAL_PATH, edgecoder_portal::router(pages));
    listen::answer(tasks, listener, router, stop);
    node.commit().await?;
    banner::remember(data, &endpoints)?;
    let next = Commands::of_this_process(settings).where_machines_are_missing(&url);
    banner::show(&node, data, &endpoints, Ready { begun, next })?;
    Ok(Ending { node: Some(node), ..Ending::default() })
}

/// Starts the inference service alone.
pub async fn start_inference(
    settings: &Settings,
    data: &DataDir,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<Ending> {
    let listener = listen::bind(settings, listen::INFERENCE).await?;
    let tokens = Tokens::of(settings, data)?;
    let router = inference_router(settings, &tokens, Metrics::default(), (tasks, stop))?;
    banner::say_ready("inference", &listen::url(&listener)?)?;
    listen::answer(tasks, listener, router, stop);
    Ok(Ending::default())
}

/// Starts a worker alone. It listens to nobody but those on this machine who ask how it is.
pub async fn start_worker(
    settings: &Settings,
    data: &DataDir,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<Ending> {
    let listener = listen::bind_loopback(settings, listen::WORKER).await?;
    let worker = worker(settings, data)?;
    let coordinator = settings.text("COORDINATOR_URL").unwrap_or_else(|| "the discovered coordinator".into());
    banner::say_ready("worker", &format!("{} (health, metrics); it asks {coordinator}", listen::url(&listener)?))?;
    listen::answer(tasks, listener, worker.router(), stop);
    spawn_worker(worker, tasks, stop);
    Ok(Ending::default())
}

/// What the settings say of a worker.
pub fn worker_settings(settings: &Settings, data: &DataDir) -> Result<WorkerSettings> {
    let mut worker = WorkerSettings::read(settings, data.join("worker"))?;
    worker.local_snapshots &= is_development(settings)?;
    Ok(worker)
}

/// A worker as the settings want it.
pub fn worker(settings: &Settings, data: &DataDir) -> Result<Worker> {
    let worker = worker_settings(settings, data)?;
    let sandbox = Sandbox::new(SandboxSettings {
        mode: worker.sandbox_mode,
        runtime_dir: data.join("sandbox"),
        child: ChildCommand {
            exe: std::env::current_exe().context("finding this executable")?,
            args: vec![crate::SANDBOX_CHILD.into()],
        },
        spare_children: SPARE_INTERPRETERS,
    })?;
    Ok(Worker::new(worker, Arc::new(sandbox), Arc::new(SystemClock), chance::system()))
}

/// Runs a worker until `stop`.
pub fn spawn_worker(worker: Worker, tasks: &mut JoinSet<()>, stop: &CancellationToken) {
    let stop = stop.clone();
    tasks.spawn(async move {
        if let Err(error) = worker.run(stop).await {
            tracing::error!(%error, "the worker could not start");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_is_on_this_machine_alone_and_where_nobody_said_production() {
        let of = |word: &str, host: &str| {
            is_development(&Settings::of_flags([("EDGECODER_ENV", word), ("EDGECODER_HOST", host)])).unwrap()
        };
        assert!(of("development", "127.0.0.1") && of("", "127.0.0.1"));
        assert!(!of("production", "127.0.0.1") && !of("development", "0.0.0.0") && !of("", "0.0.0.0"));
    }

    #[test]
    fn a_mistyped_environment_is_refused_and_is_not_development() {
        for word in ["prod", "Production", "PRODUCTION", "production ", "staging", "dev"] {
            let refused = is_development(&Settings::of_flags([("EDGECODER_ENV", word)])).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("EDGECODER_ENV is {word:?}, expected development or production, in small letters")
            );
        }
    }
}
