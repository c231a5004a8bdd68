//! What do all journeys share? One sandbox, prepared once, and workers that are quick to start and stop.

use crate::coordinator::Coordinator;
use axum::{Router, body, extract::Request};
use edgecoder_events::{AgentId, UnixMillis, agent::SandboxMode, node::AgentMode};
use edgecoder_models::ServerSettings;
use edgecoder_sandbox::{ChildCommand, Sandbox, SandboxSettings};
use edgecoder_service_kit::settings::ModelSettings;
use edgecoder_testkit::SetClock;
use edgecoder_worker::{StartError, Worker, WorkerSettings};
use rand::{SeedableRng, rngs::StdRng};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The first argument of the confined process.
pub const CHILD: &str = "sandbox-child";
pub const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

pub struct House {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<SetClock>,
    seeds: AtomicU64,
}

/// A worker that runs.
pub struct AtWork {
    stop: CancellationToken,
    running: JoinHandle<Result<(), StartError>>,
    router: Router,
}

impl House {
    pub async fn open() -> Arc<Self> {
        let house = Self::unprepared(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("worker-sandbox"));
        house.sandbox.wait_ready().await.unwrap();
        Arc::new(house)
    }

    /// A house whose sandbox holds nothing yet where `runtime_dir` does not.
    pub fn unprepared(runtime_dir: &Path) -> Self {
        let exe = std::env::current_exe().unwrap();
        let sandbox = Sandbox::new(SandboxSettings {
            mode: SandboxMode::Wasm,
            runtime_dir: runtime_dir.to_owned(),
            child: ChildCommand { exe, args: vec![CHILD.into()] },
            spare_children: 0,
        });
        let sandbox = Arc::new(sandbox.unwrap());
        Self { sandbox, clock: Arc::new(SetClock::at(NOW)), seeds: AtomicU64::new(1) }
    }

    /// Settings of a worker for these coordinators, with no model.
    pub fn settings(data_dir: &Path, coordinators: &[&Coordinator]) -> WorkerSettings {
        let servers = ServerSettings { ollama_host: Some("127.0.0.1:1".to_owned()), ..ServerSettings::default() };
        WorkerSettings {
            agent_id: AgentId::new("ann").unwrap(),
            registration_token: Some("token".to_owned().into()),
            data_dir: data_dir.to_owned(),
            coordinator_domain: None,
            name_server: None,
            coordinators: coordinators.iter().map(|it| it.url().parse().unwrap()).collect(),
            max_concurrent_tasks: 1,
            mode: AgentMode::SwarmOnly,
            os: "linux".to_owned(),
            client_type: "edgecoder-native".to_owned(),
            sandbox_mode: SandboxMode::Wasm,
            models: ModelSettings { servers, ..ModelSettings::default() },
            drain_grace: Duration::from_mins(1),
            local_snapshots: true,
            power_supplies: data_dir.join("power_supply"),
            program_path: Some("/usr/local/bin:/usr/bin:/bin".to_owned()),
        }
    }

    pub fn start(&self, settings: WorkerSettings) -> AtWork {
        let rng = StdRng::seed_from_u64(self.seeds.fetch_add(1, Ordering::Relaxed));
        let worker = Worker::new(settings, Arc::clone(&self.sandbox), Arc::clone(&self.clock) as _, rng);
        let (stop, router) = (CancellationToken::new(), worker.router());
        AtWork { stop: stop.clone(), running: tokio::spawn(worker.run(stop)), router }
    }
}

impl AtWork {
    /// Tells the worker to stop and waits until it has.
    pub async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }

    /// What it answers to those who ask how it is.
    pub async fn shows(&self, path: &str) -> (u16, String) {
        let request = Request::get(path).body(body::Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let text = body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(text.to_vec()).unwrap())
    }

    /// Ends the worker as a power cut does.
    pub async fn crash(self) {
        self.running.abort();
        assert!(self.running.await.unwrap_err().is_cancelled());
    }
}
