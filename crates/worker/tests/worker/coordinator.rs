//! What does a coordinator do, as a worker sees it? The real bodies, signatures and envelopes, and a memory of it all.

use crate::house::NOW;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use edgecoder_events::{AgentId, PublicKey, SubtaskIndex, TaskId, task::ResultStatement};
use edgecoder_identity::{
    NodeKeys, NonceFile,
    envelope::{Direction, Envelope, Lease, seal},
    request::{Content, MAX_SKEW_MS, UnverifiedRequest},
    verify_text,
};
use edgecoder_wire::{
    agents::{DiagnosticLine, Diagnostics, DiagnosticsStored, Heard, Heartbeat, HeldLease, Register, Registered},
    power::PowerPolicy,
    problem::ProblemDetails,
    runtime::Identity,
    tasks::Report,
    work::{Lack, LeasedSubtask, Outcome, Pull, Pulled, ResultAccepted, SubtaskResult, Work},
};
use rand::{SeedableRng, rngs::StdRng};
use serde::de::DeserializeOwned;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub const HEARTBEAT_MS: u64 = 100;
pub const LIMIT_MS: u64 = 60_000;

/// What a test looks at and sets.
#[derive(Default)]
pub struct Scene {
    pub agent: Option<Register>,
    pub registrations: u32,
    pub heartbeats: Vec<Heartbeat>,
    pub diary: Vec<DiagnosticLine>,
    /// Handed out and neither finished nor ended.
    pub held: Vec<HeldLease>,
    pub most_held: usize,
    pub accepted: Vec<Accepted>,
    /// Results that were asked again after they were taken.
    pub repeated: u32,
    pub result_calls: u32,
    /// As many calls of `/result` fail from now on.
    pub failing_results: u32,
    /// Told with the next heartbeat that names them.
    pub ended: Vec<HeldLease>,
    /// What the owner of the machine wishes.
    pub power_policy: Option<PowerPolicy>,
    /// How often work was asked for.
    pub pulls: u32,
    /// Seal work for somebody else.
    pub wrong_envelopes: bool,
    waiting: VecDeque<(TaskId, Work)>,
}

/// A result whose signatures were checked.
pub struct Accepted {
    pub task: String,
    pub outcome: Outcome,
    pub lacks: Option<Lack>,
    pub report: Option<Report>,
}

/// Shared by all coordinators of one log.
pub struct Office {
    keys: NodeKeys,
    nonces: Mutex<NonceFile>,
    scene: Mutex<Scene>,
    changes: watch::Sender<u64>,
    _home: tempfile::TempDir,
}

/// One listening coordinator.
pub struct Coordinator {
    pub office: Arc<Office>,
    port: u16,
    closing: CancellationToken,
    serving: JoinHandle<()>,
}

type Answer<T> = Result<Json<T>, Response>;

#[derive(Clone)]
struct Desk {
    office: Arc<Office>,
    closing: CancellationToken,
}

impl Office {
    pub fn new() -> Arc<Self> {
        let home = tempfile::tempdir().unwrap();
        Arc::new(Self {
            keys: NodeKeys::generate(&mut StdRng::seed_from_u64(99)),
            nonces: Mutex::new(NonceFile::open(home.path().join("nonces"), NOW).unwrap()),
            scene: Mutex::default(),
            changes: watch::Sender::new(0),
            _home: home,
        })
    }

    /// Looks at what happened, or changes what will.
    pub fn scene<T>(&self, look: impl FnOnce(&mut Scene) -> T) -> T {
        let seen = look(&mut self.lock());
        self.changes.send_modify(|n| *n += 1);
        seen
    }

    pub fn offer(&self, task: &str, work: Work) {
        self.scene(|scene| scene.waiting.push_back((TaskId::new(task).unwrap(), work)));
    }

    /// Waits until the scene is as it should be.
    pub async fn wait_for<T>(&self, look: impl Fn(&mut Scene) -> Option<T>) -> T {
        let mut changes = self.changes.subscribe();
        loop {
            if let Some(seen) = look(&mut self.lock()) {
                return seen;
            }
            changes.changed().await.unwrap();
        }
    }

    /// Waits for the next result and takes it out.
    pub async fn result(&self) -> Accepted {
        self.wait_for(|scene| (!scene.accepted.is_empty()).then(|| scene.accepted.remove(0))).await
    }

    fn lock(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap()
    }
}

impl Coordinator {
    pub async fn start() -> Self {
        Self::start_on(0, Office::new()).await
    }

    pub async fn start_on(port: u16, office: Arc<Office>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let closing = CancellationToken::new();
        let routes = Router::new()
            .route("/identity", get(identity))
            .route("/register", post(register))
            .route("/heartbeat", post(heartbeat))
            .route("/pull", post(pull))
            .route("/result", post(result))
            .route("/agent/diagnostics", post(diagnostics))
            .with_state(Desk { office: Arc::clone(&office), closing: closing.clone() });
        let stopped = closing.clone().cancelled_owned();
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).with_graceful_shutdown(stopped).await.unwrap();
        });
        Self { office, port, closing, serving }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Goes away. The port is free when this returns.
    pub async fn leave(self) -> (u16, Arc<Office>) {
        self.closing.cancel();
        self.serving.await.unwrap();
        (self.port, self.office)
    }
}

fn problem(status: StatusCode, error: &str) -> Response {
    let body = ProblemDetails {
        kind: "about:blank".to_owned(),
        title: status.to_string(),
        status: status.as_u16(),
        detail: error.replace('_', " "),
        error: error.to_owned(),
        field: None,
    };
    (status, Json(body)).into_response()
}

/// Checks signature, clock and nonce by the key that `key_of` finds for the body.
fn signed<T: DeserializeOwned>(
    office: &Office,
    path: &'static str,
    headers: &HeaderMap,
    body: &Bytes,
    key_of: impl FnOnce(&T) -> Option<PublicKey>,
) -> Result<T, Response> {
    let bad = |error: &str| problem(StatusCode::UNAUTHORIZED, error);
    let unverified = UnverifiedRequest::parse(|name| headers.get(name).and_then(|value| value.to_str().ok()))
        .map_err(|error| bad(&error.to_string()))?;
    let parsed: T = serde_json::from_slice(body).map_err(|error| {
        panic!("{path} has a body that the wire types refuse: {error}");
    })?;
    let key = key_of(&parsed).ok_or_else(|| bad("agent_not_registered"))?;
    let content = Content { method: "POST", path, body };
    let signed = unverified.verify(key, &content, NOW, MAX_SKEW_MS).map_err(|error| bad(&error.to_string()))?;
    signed.admit(&mut office.nonces.lock().unwrap(), NOW).map_err(|error| bad(&error.to_string()))?;
    Ok(parsed)
}

fn of_agent<T: DeserializeOwned>(
    office: &Office,
    path: &'static str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<T, Response> {
    let key = office.lock().agent.as_ref().map(|agent| agent.signing_key);
    signed(office, path, headers, body, |_: &T| key)
}

async fn identity(State(desk): State<Desk>) -> Json<Identity> {
    Json(Identity {
        origin: "test".to_owned(),
        log_verifier_key: "test".to_owned(),
        witness_verifier_key: "test".to_owned(),
        envelope_key: desk.office.keys.envelope_key(),
        version: "0".to_owned(),
    })
}

async fn register(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Answer<Registered> {
    let brought = |body: &Register| Some(body.signing_key);
    let body: Register = signed(&desk.office, "/register", &headers, &body, brought)?;
    assert_eq!(body.registration_token.as_deref(), Some("token"));
    desk.office.scene(|scene| {
        scene.registrations += 1;
        scene.agent = Some(body);
    });
    Ok(Json(Registered {
        accepted: true,
        heartbeat_interval_ms: HEARTBEAT_MS,
        coordinator_envelope_key: desk.office.keys.envelope_key(),
        power_policy: desk.office.scene(|scene| scene.power_policy),
    }))
}

async fn heartbeat(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Answer<Heard> {
    let body: Heartbeat = of_agent(&desk.office, "/heartbeat", &headers, &body)?;
    let (ended_leases, power_policy) = desk.office.scene(|scene| {
        let ended: Vec<HeldLease> = scene.ended.iter().filter(|it| body.leases.contains(it)).cloned().collect();
        scene.held.retain(|lease| !ended.contains(lease));
        scene.heartbeats.push(body);
        (ended, scene.power_policy)
    });
    Ok(Json(Heard { ok: true, ended_leases, power_policy }))
}

async fn pull(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Answer<Pulled<Envelope>> {
    let body: Pull = of_agent(&desk.office, "/pull", &headers, &body)?;
    desk.office.scene(|scene| scene.pulls += 1);
    let work = desk.office.wait_for(|scene| scene.waiting.pop_front());
    let wait = tokio::time::timeout(Duration::from_millis(body.wait_ms), work);
    let found = desk.closing.run_until_cancelled(wait).await.and_then(Result::ok);
    let subtask = found.map(|(task, work)| lease(&desk.office, body.agent_id, task, &work));
    Ok(Json(Pulled { subtask }))
}

fn lease(office: &Office, agent: AgentId, task: TaskId, work: &Work) -> LeasedSubtask<Envelope> {
    let lease = Lease { task: task.clone(), subtask: SubtaskIndex(0), attempt: 1, agent };
    let plain = serde_json::to_vec(work).unwrap();
    let key = office.scene(|scene| {
        scene.held.push(HeldLease { task_id: task.clone(), subtask: SubtaskIndex(0), attempt: 1 });
        scene.most_held = scene.most_held.max(scene.held.len());
        let agent = scene.agent.as_ref().unwrap().envelope_key;
        if scene.wrong_envelopes { office.keys.envelope_key() } else { agent }
    });
    let rng = &mut StdRng::seed_from_u64(5);
    let envelope = seal(&plain, Direction::Task, &lease, &key, rng).unwrap();
    LeasedSubtask { task_id: task, subtask: SubtaskIndex(0), attempt: 1, limit_ms: LIMIT_MS, envelope }
}

async fn result(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Answer<ResultAccepted> {
    let body: SubtaskResult<Envelope> = of_agent(&desk.office, "/result", &headers, &body)?;
    let office = &desk.office;
    let lease = HeldLease { task_id: body.task_id.clone(), subtask: body.subtask, attempt: body.attempt };
    let fails = office.scene(|scene| {
        scene.result_calls += 1;
        let fails = scene.failing_results > 0;
        scene.failing_results = scene.failing_results.saturating_sub(1);
        fails
    });
    if fails {
        return Err(problem(StatusCode::SERVICE_UNAVAILABLE, "not_now"));
    }
    let report = checked_report(office, &body);
    office.scene(|scene| {
        if !scene.held.contains(&lease) {
            scene.repeated += 1;
            return Err(problem(StatusCode::CONFLICT, "lease_over"));
        }
        scene.held.retain(|it| *it != lease);
        scene.accepted.push(Accepted {
            task: body.task_id.to_string(),
            outcome: body.outcome,
            lacks: body.lacks,
            report,
        });
        Ok(Json(ResultAccepted { ok: true, paid_micro_credits: 1, position: 1 }))
    })
}

/// Opens the report, and checks digest and statement.
fn checked_report(office: &Office, body: &SubtaskResult<Envelope>) -> Option<Report> {
    let (task, agent) = (&body.task_id, &body.agent_id);
    let lease = Lease { task: task.clone(), subtask: body.subtask, attempt: body.attempt, agent: agent.clone() };
    let plain = office.keys.open(body.report.as_ref()?, Direction::Reply, &lease).unwrap();
    let report: Report = serde_json::from_slice(&plain).unwrap();
    let report_digest = body.report_digest.unwrap();
    assert_eq!(report_digest.0, *blake3::hash(&plain).as_bytes());
    let statement = ResultStatement {
        task,
        subtask: body.subtask,
        attempt: body.attempt,
        agent,
        verdict: report.verdict,
        reported_ms: body.duration_ms,
        report_digest,
    };
    let key = office.lock().agent.as_ref().unwrap().signing_key;
    verify_text(&key, statement.to_string().as_bytes(), &body.report_signature.unwrap()).unwrap();
    assert_eq!((report.duration_ms, report.salt.len()), (body.duration_ms, 32));
    Some(report)
}

async fn diagnostics(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Answer<DiagnosticsStored> {
    let body: Diagnostics = of_agent(&desk.office, "/agent/diagnostics", &headers, &body)?;
    let stored = u32::try_from(body.events.len()).unwrap();
    desk.office.scene(|scene| scene.diary.extend(body.events));
    Ok(Json(DiagnosticsStored { ok: true, stored }))
}
