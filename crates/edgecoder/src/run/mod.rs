//! Which services run in this process, and how do they begin and end?

mod access;
mod all_in_one;
mod anchor_service;
mod anchors;
mod asked_to_end;
pub mod banner;
mod control_plane_gate;
mod first_start;
pub mod listen;
pub mod log_keys;
mod next;
pub mod node;
mod open_files;
mod parts;
mod portal;
mod portal_gate;
mod providers;
mod witness;

use crate::{data_dir::DataDir, trouble};
use anyhow::{Context, Result};
use asked_to_end::AskedToEnd;
use clap::ValueEnum;
use edgecoder_service_kit::settings::Settings;
use std::process::ExitCode;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Coordinator, inference, control plane, portal and a worker
    AllInOne,
    /// The ledger and the task queue
    Coordinator,
    /// The operators' door; asks the coordinator
    ControlPlane,
    /// The pages that people use; asks the coordinator
    Portal,
    /// Splits prompts and mends code with a language model
    Inference,
    /// Pulls work and runs it in a sandbox
    Worker,
    /// Has the wallet that pays for anchors in Bitcoin
    Anchor,
}

/// Held by who keeps ledger keys, the nonces and the newest checkpoint in the directory, wherever the ledger is.
const COORDINATORS: (&str, &str) = ("coordinator.lock", "a coordinator");
/// By who keeps a machine's keys, its results that wait, and its sandbox there.
const WORKERS: (&str, &str) = ("worker.lock", "a worker");
/// By who keeps a wallet there.
const ANCHORS: (&str, &str) = ("anchor.lock", "an anchor service");

impl Mode {
    /// What it keeps in the data directory and shares with no other process: the lock's file, and who holds it. Different
    /// modes may share a directory.
    const fn kept(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::AllInOne => &[COORDINATORS, WORKERS],
            Self::Coordinator => &[COORDINATORS],
            Self::Worker => &[WORKERS],
            Self::Anchor => &[ANCHORS],
            // A token at most, that the others there share.
            Self::ControlPlane | Self::Portal | Self::Inference => &[],
        }
    }
}

/// Runs until Ctrl-C or SIGTERM, then finishes what is under way.
pub async fn run(settings: Settings, data: DataDir, mode: Mode) -> Result<ExitCode> {
    // Each mode's own, so that it is said before anything is begun.
    let _is_one_or_the_other = parts::is_development(&settings)?;
    open_files::raise();
    trouble::check_room(data.path())?;
    let _held = mode.kept().iter().map(|(lock, who)| data.hold(lock, who)).collect::<Result<Vec<_>>>()?;
    let mut asked_to_end = AskedToEnd::listen()?;
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let started = tokio::select! {
        started = start(mode, &settings, &data, &mut tasks, &stop) => started,
        // As a crash would, which loses nothing either.
        () = asked_to_end.again() => return Ok(ExitCode::SUCCESS),
    };
    let mut ending = started.map_err(|error| trouble::blame_full_disk(error, data.path()))?;
    wait_for_the_end(&mut asked_to_end, &mut tasks, &mut ending.worker.tasks).await?;
    tracing::info!("stopping: what is under way is finished first; Ctrl-C again does not wait for it");
    ending.worker.drain(&mut asked_to_end).await;
    stop.cancel();
    while let Some(done) = tasks.join_next().await {
        done.context("a service ended badly")?;
    }
    ending.end(&data).await?;
    Ok(ExitCode::SUCCESS)
}

async fn start(
    mode: Mode,
    settings: &Settings,
    data: &DataDir,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<Ending> {
    match mode {
        Mode::AllInOne => Box::pin(all_in_one::start(settings, data, tasks, stop)).await,
        Mode::Coordinator => parts::start_coordinator(settings, data, tasks, stop).await,
        Mode::ControlPlane => control_plane_gate::start(settings, tasks, stop).await,
        Mode::Portal => portal_gate::start(settings, tasks, stop).await,
        Mode::Inference => parts::start_inference(settings, data, tasks, stop).await,
        Mode::Anchor => anchor_service::start(settings, data, tasks, stop).await,
        Mode::Worker => parts::start_worker(settings, data, tasks, stop).await,
    }
}

/// What ends before and after the services.
#[derive(Default)]
pub struct Ending {
    worker: OwnWorker,
    node: Option<node::Node>,
}

impl Ending {
    /// Only whoever serves the ledger has named addresses in the directory, and takes them back while it is still its own.
    async fn end(self, data: &DataDir) -> Result<()> {
        let Some(node) = self.node else { return Ok(()) };
        banner::forget(data)?;
        node.close().await
    }
}

/// The worker of an all-in-one: it ends first, because the services here take its results.
#[derive(Default)]
pub struct OwnWorker {
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl OwnWorker {
    async fn drain(&mut self, asked_to_end: &mut AskedToEnd) {
        self.stop.cancel();
        tokio::select! {
            () = asked_to_end.again() => {}
            () = async { while self.tasks.join_next().await.is_some() {} } => {}
        }
    }
}

/// Until somebody asks for the end, or a service ends by itself.
async fn wait_for_the_end(
    asked_to_end: &mut AskedToEnd,
    services: &mut JoinSet<()>,
    worker: &mut JoinSet<()>,
) -> Result<()> {
    let ended = tokio::select! {
        () = asked_to_end.again() => return Ok(()),
        Some(ended) = services.join_next() => ended,
        Some(ended) = worker.join_next() => ended,
    };
    ended.context("a service ended badly")?;
    anyhow::bail!("a service ended by itself: see the log lines above")
}
