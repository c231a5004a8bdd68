//! A machine that was admitted: it signs, opens, seals and reports as the worker does, but runs nothing.

use crate::connection::{Connection, Outcome};
use edgecoder_events::{
    AgentId, Digest, PublicKey,
    agent::SandboxMode,
    node::AgentMode,
    task::{Language, ResultStatement, Verdict},
};
use edgecoder_identity::{
    NodeKeys, Token,
    envelope::{Direction, Envelope, Lease, seal},
    request::{Content, sign_request},
};
use edgecoder_service_kit::{SystemClock, chance};
use edgecoder_wire::{
    agents::{Register, Registered},
    tasks::Report,
    work::{LeasedSubtask, Outcome as Ending, Pull, Pulled, SubtaskResult, Work},
};
use serde::Serialize;
use std::{net::SocketAddr, sync::Arc};

/// Long enough for the queue to learn that the machine has its place back.
const PULL_WAIT_MS: u64 = 500;

#[derive(Clone)]
pub struct Agent {
    pub address: SocketAddr,
    id: AgentId,
    keys: Arc<NodeKeys>,
    coordinator: PublicKey,
}

impl Agent {
    /// Registers an enrolled machine.
    pub async fn register(address: SocketAddr, id: AgentId, token: &Token) -> Outcome<Self> {
        let keys = Arc::new(NodeKeys::generate(&mut chance::system()));
        let body = Register {
            agent_id: id.clone(),
            registration_token: Some(token.expose().to_owned()),
            signing_key: keys.signing_key(),
            envelope_key: keys.envelope_key(),
            keys_signature: keys.sign_own_keys(&id),
            mode: AgentMode::SwarmOnly,
            os: "linux".to_owned(),
            version: "0".to_owned(),
            client_type: "load".to_owned(),
            max_concurrent_tasks: 1,
            sandbox_mode: SandboxMode::Wasm,
            languages: vec![Language::Python],
            models: Vec::new(),
        };
        let mut agent = Self { address, id, coordinator: keys.envelope_key(), keys };
        let mut connection = Connection::open(address).await?;
        let registered: Registered = agent.ask(&mut connection, "/register", &body).await?;
        agent.coordinator = registered.coordinator_envelope_key;
        Ok(agent)
    }

    /// Takes one subtask and brings its result; false where there is none.
    pub async fn pull_and_finish(&self, connection: &mut Connection) -> Outcome<bool> {
        let pull = Pull { agent_id: self.id.clone(), wait_ms: PULL_WAIT_MS };
        let pulled: Pulled<Envelope> = self.ask(connection, "/pull", &pull).await?;
        let Some(leased) = pulled.subtask else { return Ok(false) };
        let result = self.result(leased)?;
        let _accepted: serde_json::Value = self.ask(connection, "/result", &result).await?;
        Ok(true)
    }

    fn result(&self, leased: LeasedSubtask<Envelope>) -> Outcome<SubtaskResult<Envelope>> {
        let LeasedSubtask { task_id: task, subtask, attempt, envelope, .. } = leased;
        let lease = Lease { task, subtask, attempt, agent: self.id.clone() };
        let work: Work = serde_json::from_slice(&self.keys.open(&envelope, Direction::Task, &lease)?)?;
        let report = serde_json::to_vec(&report(&work))?;
        let digest = Digest(*blake3::hash(&report).as_bytes());
        let sealed = seal(&report, Direction::Reply, &lease, &self.coordinator, &mut chance::system())?;
        let statement = ResultStatement {
            task: &lease.task,
            subtask,
            attempt,
            agent: &self.id,
            verdict: Verdict::Passed,
            reported_ms: 1,
            report_digest: digest,
        };
        let signature = self.keys.sign(statement.to_string().as_bytes());
        Ok(SubtaskResult {
            agent_id: self.id.clone(),
            task_id: lease.task,
            subtask,
            attempt,
            outcome: Ending::Passed,
            lacks: None,
            duration_ms: 1,
            report: Some(sealed),
            report_digest: Some(digest),
            report_signature: Some(signature),
        })
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        connection: &mut Connection,
        path: &str,
        body: &impl Serialize,
    ) -> Outcome<T> {
        let body = serde_json::to_vec(body)?;
        let content = Content { method: "POST", path, body: &body };
        let signed = sign_request(&self.keys, &self.id, &content, &SystemClock, &mut chance::system());
        Ok(serde_json::from_slice(&connection.post(path, &signed.pairs(), body).await?)?)
    }
}

fn report(work: &Work) -> Report {
    Report {
        salt: "00112233445566778899aabbccddeeff".to_owned(),
        verdict: Verdict::Passed,
        exit_code: 0,
        reason: "finished".to_owned(),
        stdout: format!("{} files\n", work.files.len()),
        stderr: String::new(),
        duration_ms: 1,
        tests: None,
        files: Vec::new(),
        diff: None,
        iterations: 0,
        model: None,
    }
}
