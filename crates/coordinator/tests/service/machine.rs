//! A machine that was let in: it signs, opens, seals and reports as a worker does, but runs nothing.

use crate::fixture::Service;
use edgecoder_events::{
    AgentId, Digest,
    agent::SandboxMode,
    node::AgentMode,
    task::{Language, ResultStatement, Verdict},
};
use edgecoder_identity::{
    NodeKeys,
    envelope::{Direction, Envelope, Lease, seal},
    request::{Content, sign_request},
};
use edgecoder_testkit::{Heard, hear};
use edgecoder_wire::{
    agents::{Heartbeat, Register, Registered},
    tasks::Report,
    work::{LeasedSubtask, Outcome, Pull, Pulled, SubtaskResult, Work},
};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Mutex;

pub struct Machine<'a> {
    service: &'a Service,
    pub id: AgentId,
    keys: NodeKeys,
    coordinator: edgecoder_events::PublicKey,
    rng: Mutex<StdRng>,
}

impl<'a> Machine<'a> {
    /// A machine of `owner` that was admitted and has registered.
    pub async fn registered(service: &'a Service, name: &str, owner: &str) -> Self {
        let id = AgentId::new(name).unwrap();
        let token = service.admitted(&id, owner).await;
        let mut rng = StdRng::seed_from_u64(name.bytes().map(u64::from).sum());
        let keys = NodeKeys::generate(&mut rng);
        let register = Register {
            agent_id: id.clone(),
            registration_token: Some(token.expose().to_owned()),
            signing_key: keys.signing_key(),
            envelope_key: keys.envelope_key(),
            keys_signature: keys.sign_own_keys(&id),
            mode: AgentMode::SwarmOnly,
            os: "linux".to_owned(),
            version: "0".to_owned(),
            client_type: "tester".to_owned(),
            max_concurrent_tasks: 1,
            sandbox_mode: SandboxMode::Wasm,
            languages: vec![Language::Python],
            models: vec![],
        };
        let mut machine = Self { service, id, coordinator: keys.envelope_key(), keys, rng: Mutex::new(rng) };
        let registered: Registered = machine.told("/register", &register).await;
        machine.coordinator = registered.coordinator_envelope_key;
        machine
    }

    /// Sends a signed request.
    pub async fn posts(&self, path: &str, body: &impl Serialize) -> Heard {
        let body = serde_json::to_vec(body).unwrap();
        let content = Content { method: "POST", path, body: &body };
        let signed = sign_request(&self.keys, &self.id, &content, &*self.service.clock, &mut *self.rng.lock().unwrap());
        let mut request = self.service.client.post(format!("{}{path}", self.service.base()));
        for (name, value) in signed.pairs() {
            request = request.header(name, value);
        }
        hear(request.header("content-type", "application/json").body(body)).await
    }

    /// Sends what must be taken in; the answer.
    pub async fn told<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> T {
        let heard = self.posts(path, body).await;
        assert_eq!(heard.status, StatusCode::OK, "{path}: {heard:?}");
        serde_json::from_value(heard.body).unwrap()
    }

    pub async fn beats(&self) -> Heard {
        let heartbeat = Heartbeat {
            agent_id: self.id.clone(),
            leases: vec![],
            models: None,
            preparing: None,
            resting: None,
            draining: false,
        };
        self.posts("/heartbeat", &heartbeat).await
    }

    /// Asks for work and waits as long as one may.
    pub async fn pulls(&self) -> Option<LeasedSubtask<Envelope>> {
        let pull = Pull { agent_id: self.id.clone(), wait_ms: edgecoder_wire::work::MAX_PULL_WAIT_MS };
        self.told::<Pulled<Envelope>>("/pull", &pull).await.subtask
    }

    /// What came of a lease: everything passed in `worked_ms`.
    pub fn result(&self, leased: &LeasedSubtask<Envelope>, worked_ms: u64) -> SubtaskResult<Envelope> {
        self.result_with(leased, &report(worked_ms))
    }

    /// What came of a lease, as `report` says it.
    pub fn result_with(&self, leased: &LeasedSubtask<Envelope>, report: &Report) -> SubtaskResult<Envelope> {
        let worked_ms = report.duration_ms;
        let LeasedSubtask { task_id, subtask, attempt, envelope, .. } = leased;
        let lease = Lease { task: task_id.clone(), subtask: *subtask, attempt: *attempt, agent: self.id.clone() };
        let work: Work = serde_json::from_slice(&self.keys.open(envelope, Direction::Task, &lease).unwrap()).unwrap();
        assert_eq!(work.files[0].content, "print(6 * 7)");
        let report = serde_json::to_vec(report).unwrap();
        let digest = Digest(*blake3::hash(&report).as_bytes());
        let sealed =
            seal(&report, Direction::Reply, &lease, &self.coordinator, &mut *self.rng.lock().unwrap()).unwrap();
        let statement = ResultStatement {
            task: task_id,
            subtask: *subtask,
            attempt: *attempt,
            agent: &self.id,
            verdict: Verdict::Passed,
            reported_ms: worked_ms,
            report_digest: digest,
        };
        SubtaskResult {
            agent_id: self.id.clone(),
            task_id: task_id.clone(),
            subtask: *subtask,
            attempt: *attempt,
            outcome: Outcome::Passed,
            lacks: None,
            duration_ms: worked_ms,
            report: Some(sealed),
            report_digest: Some(digest),
            report_signature: Some(self.keys.sign(statement.to_string().as_bytes())),
        }
    }
}

pub fn report(worked_ms: u64) -> Report {
    Report {
        salt: "00112233445566778899aabbccddeeff".to_owned(),
        verdict: Verdict::Passed,
        exit_code: 0,
        reason: "finished".to_owned(),
        stdout: "42\n".to_owned(),
        stderr: String::new(),
        duration_ms: worked_ms,
        tests: None,
        files: vec![],
        diff: None,
        iterations: 0,
        model: None,
    }
}
