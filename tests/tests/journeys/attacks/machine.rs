//! A worker that signs what it likes: honest where a test lets it be.

use super::{
    ask::{Answer, Ask},
    house::House,
};
use edgecoder_events::{
    AgentId, Clock, Digest, PublicKey, TaskId, UnixMillis,
    agent::SandboxMode,
    node::AgentMode,
    task::{Language, ResultStatement, Verdict},
};
use edgecoder_identity::{
    NodeKeys,
    envelope::{Direction, Envelope, Lease, seal},
    request::{Content, sign_request},
};
use edgecoder_service_kit::SystemClock;
use edgecoder_testkit::SetClock;
use edgecoder_wire::{
    agents::Register,
    runtime::Identity,
    tasks::Report,
    work::{LeasedSubtask, Outcome, Pull, Pulled, SubtaskResult},
};
use rand::{SeedableRng, rngs::StdRng};
use serde::Serialize;

/// A machine with keys of its own.
pub struct Machine {
    pub id: AgentId,
    pub keys: NodeKeys,
    chance: StdRng,
}

impl Machine {
    /// A machine that nobody knows yet. Seeds tell machines apart.
    pub fn new(name: &str, seed: u64) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        Self { id: name.parse().unwrap(), keys: NodeKeys::generate(&mut chance), chance }
    }

    /// A machine that was enrolled, approved and registered.
    pub fn at_work(house: &House, name: &str, seed: u64) -> Self {
        let (token, mut machine) = (house.admitted(name), Self::new(name, seed));
        machine.registers(house, Some(&token)).success();
        machine
    }

    pub fn signed(&mut self, path: &str, body: &impl Serialize) -> Ask {
        self.signed_at(path, body, SystemClock.now())
    }

    /// Signed by a clock that shows `now`.
    pub fn signed_at(&mut self, path: &str, body: &impl Serialize, now: UnixMillis) -> Ask {
        let body = serde_json::to_vec(body).unwrap();
        let content = Content { method: "POST", path, body: &body };
        let headers = sign_request(&self.keys, &self.id, &content, &SetClock::at(now), &mut self.chance);
        let ask = Ask::new("POST", path, body);
        headers.pairs().into_iter().fold(ask, |ask, (name, value)| ask.with(name, &value))
    }

    pub fn registration(&self, token: Option<&str>) -> Register {
        Register {
            agent_id: self.id.clone(),
            registration_token: token.map(str::to_owned),
            signing_key: self.keys.signing_key(),
            envelope_key: self.keys.envelope_key(),
            keys_signature: self.keys.sign_own_keys(&self.id),
            mode: AgentMode::SwarmOnly,
            os: "linux".to_owned(),
            version: "1".to_owned(),
            client_type: "attacker".to_owned(),
            max_concurrent_tasks: 64,
            sandbox_mode: SandboxMode::Wasm,
            languages: vec![Language::Python],
            models: vec![],
        }
    }

    pub fn registers(&mut self, house: &House, token: Option<&str>) -> Answer {
        let body = self.registration(token);
        house.ask(&self.signed("/register", &body))
    }

    pub fn pull(&mut self, wait_ms: u64) -> Ask {
        let body = Pull { agent_id: self.id.clone(), wait_ms };
        self.signed("/pull", &body)
    }

    /// The next subtask, where there is one.
    pub fn pulls(&mut self, house: &House) -> Option<LeasedSubtask<Envelope>> {
        let answer = house.ask(&self.pull(2_000)).success();
        serde_json::from_value::<Pulled<Envelope>>(answer).unwrap().subtask
    }

    /// A result of this machine for a lease, whoever holds it.
    pub fn result(&mut self, house: &House, held: &LeasedSubtask<Envelope>, said: &Said) -> SubtaskResult<Envelope> {
        let lease =
            Lease { task: held.task_id.clone(), subtask: held.subtask, attempt: held.attempt, agent: self.id.clone() };
        let report = serde_json::to_vec(&report(&said.output)).unwrap();
        let digest = Digest(*blake3::hash(&report).as_bytes());
        let statement = ResultStatement {
            task: &held.task_id,
            subtask: held.subtask,
            attempt: held.attempt,
            agent: &self.id,
            verdict: Verdict::Passed,
            reported_ms: said.duration_ms,
            report_digest: digest,
        };
        let sealed = seal(&report, Direction::Reply, &lease, &coordinators_key(house), &mut self.chance).unwrap();
        SubtaskResult {
            agent_id: self.id.clone(),
            task_id: held.task_id.clone(),
            subtask: held.subtask,
            attempt: held.attempt,
            outcome: Outcome::Passed,
            lacks: None,
            duration_ms: said.duration_ms,
            report: Some(sealed),
            report_digest: Some(digest),
            report_signature: Some(self.keys.sign(statement.to_string().as_bytes())),
        }
    }

    /// Brings a result.
    pub fn brings(&mut self, house: &House, held: &LeasedSubtask<Envelope>, said: &Said) -> Answer {
        let body = self.result(house, held, said);
        house.ask(&self.signed("/result", &body))
    }
}

/// What a machine says of its work.
pub struct Said {
    pub output: String,
    pub duration_ms: u64,
}

impl Said {
    pub fn of(output: &str, duration_ms: u64) -> Self {
        Self { output: output.to_owned(), duration_ms }
    }
}

fn report(output: &str) -> Report {
    Report {
        salt: "00".repeat(16),
        verdict: Verdict::Passed,
        exit_code: 0,
        reason: "finished".to_owned(),
        stdout: output.to_owned(),
        stderr: String::new(),
        duration_ms: 1,
        tests: None,
        files: vec![],
        diff: None,
        iterations: 1,
        model: None,
    }
}

fn coordinators_key(house: &House) -> PublicKey {
    let identity: Identity = serde_json::from_value(house.ask(&Ask::get("/identity")).success()).unwrap();
    identity.envelope_key
}

/// A lease that was never granted.
pub fn made_up(task: &TaskId, held: &LeasedSubtask<Envelope>) -> LeasedSubtask<Envelope> {
    LeasedSubtask { task_id: task.clone(), ..held.clone() }
}
