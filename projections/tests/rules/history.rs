//! Random histories: commands that the domain decides, and the events that come of them, as the log would hold them.

use edgecoder_domain::{
    Aggregate,
    agent::{self, Agent, AgentCommand, PowerPolicy, RegisterAgent},
    anchor::{self, Anchor, AnchorBlock, AnchorCommand},
    submission,
    task::{self, FinishSubtask, LeaseSubtask, ReturnSubtask, Review, SubtaskState, Task, TaskCommand},
    wallet::{self, Wallet, WalletCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, BitcoinHash, BlobRef, CheckpointDigest, ConversationId, Digest, EventId, MicroCredits,
    ModelName, NewEvent, Position, ProjectId, PublicKey, Recorded, Signature, StreamName, SubtaskIndex, TaskId,
    UnixMillis, Version,
    agent::{Capabilities, OfflineReason, SandboxMode},
    anchor::AnchorWay,
    blacklist::{AgentBlacklisted, BlacklistReason},
    credit::IssueReason,
    node::{AgentMode, NodeKind, PowerSource},
    task::{Language, PlannedSubtask, Planner, ResourceClass, ReturnReason, TaskSubmitted, Verdict, WorkKind},
};
use std::collections::BTreeMap;

/// How long a subtask may run.
const TIMEOUT_MS: u64 = 30_000;

/// What somebody asks for; numbers name tasks, agents, projects and models.
#[derive(Debug, Clone)]
pub enum Step {
    Submit { account: u8, project: u8, priority: u8, model: Option<u8>, work: WorkKind, gpu: bool, shape: u8 },
    Lease { task: usize, subtask: u16, agent: u8 },
    Finish { task: usize, subtask: u16, passed: bool },
    Return { task: usize, subtask: u16, reason: ReturnReason },
    Revise { task: usize, subtask: u16 },
    Answer { task: usize, subtask: u16 },
    Cancel { task: usize },
    Review { task: usize, is_accepted: bool },
    Agent { agent: u8, command: u8 },
    Anchor { checkpoint: u8, command: u8 },
    Pass { ms: u64 },
}

/// Everything that happened, and the state of each thing that it happened to.
#[derive(Debug, Default)]
pub struct History {
    pub events: Vec<Recorded>,
    pub tasks: BTreeMap<TaskId, Task>,
    pub task_names: Vec<TaskId>,
    agents: BTreeMap<AgentId, Agent>,
    wallets: BTreeMap<AccountId, Wallet>,
    anchors: BTreeMap<CheckpointDigest, Anchor>,
    versions: BTreeMap<StreamName, Version>,
    pub now: UnixMillis,
    /// Sets the event ids of one history apart from those of another.
    pub epoch: u8,
}

pub fn agent_name(n: u8) -> AgentId {
    AgentId::new(format!("worker-{n}")).unwrap()
}

pub fn account_name(n: u8) -> AccountId {
    AccountId::new(format!("account-{n}")).unwrap()
}

pub fn checkpoint_name(n: u8) -> CheckpointDigest {
    CheckpointDigest([n; 32])
}

/// Whose machine an agent is: two machines each.
pub fn owner_name(agent: u8) -> AccountId {
    account_name(100 + agent / 2)
}

pub fn model_name(n: u8) -> ModelName {
    ModelName::new(format!("model:{n}b")).unwrap()
}

impl History {
    pub fn of(steps: &[Step]) -> Self {
        let mut history = Self::default();
        for step in steps {
            history.step(step);
        }
        history
    }

    /// Does the step where the domain allows it.
    pub fn step(&mut self, step: &Step) {
        match *step {
            Step::Submit { .. } => self.submit(step),
            Step::Lease { task, subtask, agent } => self.lease(task, SubtaskIndex(subtask), agent),
            Step::Finish { task, subtask, passed } => self.finish(task, SubtaskIndex(subtask), passed),
            Step::Return { task, subtask, reason } => self.give_back(task, SubtaskIndex(subtask), reason),
            Step::Revise { task, subtask } => {
                let subtask = SubtaskIndex(subtask);
                self.task(task, TaskCommand::Revise { subtask, content: BlobRef([7; 32]) });
            }
            Step::Answer { task, subtask } => {
                let subtask = SubtaskIndex(subtask);
                self.task(task, TaskCommand::Answer { subtask, content: BlobRef([9; 32]) });
            }
            Step::Cancel { task } => self.task(task, TaskCommand::Cancel { now: self.now }),
            Step::Review { task, is_accepted } => {
                let review = if is_accepted { Review::Accept } else { Review::Reject { reason: BlobRef([8; 32]) } };
                self.task(task, TaskCommand::Review(review));
            }
            Step::Agent { agent, command } => self.agent(agent, command),
            Step::Anchor { checkpoint, command } => self.anchor(checkpoint, command),
            Step::Pass { ms } => self.now = self.now.plus_ms(ms),
        }
    }

    pub fn task_named(&self, n: usize) -> Option<TaskId> {
        let count = self.task_names.len();
        (count > 0).then(|| self.task_names[n % count].clone())
    }

    fn submit(&mut self, step: &Step) {
        let Step::Submit { account, project, priority, model, work, gpu, shape } = *step else { return };
        let (id, account) = (TaskId::new(format!("task-{}", self.task_names.len())).unwrap(), account_name(account));
        let budget = MicroCredits::from_micros(70_000_000);
        self.wallet(&account, WalletCommand::Open { account: account.clone() });
        let gift = MicroCredits::from_micros(100_000_000);
        self.wallet(
            &account,
            WalletCommand::Issue { account: account.clone(), amount: gift, reason: IssueReason::Faucet },
        );
        let submitted = TaskSubmitted {
            task: id.clone(),
            account,
            project: ProjectId::new(format!("project-{project}")).unwrap(),
            work,
            language: if shape % 2 == 0 { Language::Python } else { Language::Javascript },
            resource: if gpu { ResourceClass::Gpu } else { ResourceClass::Cpu },
            priority,
            requested_model: model.map(model_name),
            content: BlobRef([1; 32]),
            budget,
            conversation: (shape % 3 != 0).then(|| ConversationId::new(format!("chat-{project}")).unwrap()),
        };
        let number = self.task_names.len();
        self.task_names.push(id);
        let wallet = self.wallets.entry(submitted.account.clone()).or_default();
        let events = submission::decide(&Task::default(), wallet, &submitted, TIMEOUT_MS).unwrap_or_default();
        for new in events {
            self.record(new);
        }
        // Of a program the domain has made the plan, and refuses this one.
        let subtasks = (0..=u16::from(shape % 3)).map(|index| piece(index, &submitted, shape)).collect();
        if shape < 8 {
            self.task(number, TaskCommand::Plan { planner: Planner::Submission, subtasks });
        }
    }

    fn lease(&mut self, task: usize, subtask: SubtaskIndex, agent: u8) {
        let (agent, payee, now) = (agent_name(agent), owner_name(agent), self.now);
        let price_per_ms = MicroCredits::from_micros(1_000);
        self.task(task, TaskCommand::Lease(LeaseSubtask { subtask, agent, payee, now, price_per_ms }));
    }

    fn held(&self, task: usize, subtask: SubtaskIndex) -> Option<(u16, AgentId)> {
        let lease = self.tasks.get(&self.task_named(task)?)?.lease(subtask)?;
        Some((lease.attempt, lease.agent.clone()))
    }

    /// As [`Self::held`], or held until the lease ran out.
    fn delivering(&self, task: usize, subtask: SubtaskIndex) -> Option<(u16, AgentId)> {
        let lease = self.tasks.get(&self.task_named(task)?)?.delivering(subtask)?;
        Some((lease.attempt, lease.agent.clone()))
    }

    fn finish(&mut self, task: usize, subtask: SubtaskIndex, passed: bool) {
        let Some((attempt, agent)) = self.delivering(task, subtask) else { return };
        let verdict = if passed { Verdict::Passed } else { Verdict::Failed };
        let (report, report_digest, now) = (BlobRef([3; 32]), Digest([4; 32]), self.now);
        let finish = FinishSubtask { subtask, attempt, agent, verdict, report, report_digest, reported_ms: 900, now };
        self.task(task, TaskCommand::Finish(finish));
    }

    fn give_back(&mut self, task: usize, subtask: SubtaskIndex, reason: ReturnReason) {
        let Some((attempt, agent)) = self.held(task, subtask) else { return };
        let back = ReturnSubtask { subtask, attempt, agent, reason, now: self.now };
        self.task(task, TaskCommand::Return(back));
    }

    fn task(&mut self, number: usize, command: TaskCommand) {
        let Some(id) = self.task_named(number) else { return };
        let before = self.tasks.entry(id.clone()).or_default().clone();
        for new in task::decide(&before, command).unwrap_or_default() {
            self.record(new);
        }
    }

    fn wallet(&mut self, account: &AccountId, command: WalletCommand) {
        let events = wallet::decide(self.wallets.entry(account.clone()).or_default(), command).unwrap_or_default();
        for event in events {
            self.record(NewEvent { stream: StreamName::credits(account), event });
        }
    }

    fn agent(&mut self, n: u8, command: u8) {
        let (agent, now) = (agent_name(n), self.now);
        let before = self.agents.entry(agent.clone()).or_default();
        let command = agent_command(&agent, n, command, now);
        for event in agent::decide(before, command, now).unwrap_or_default() {
            self.record(NewEvent { stream: StreamName::agent(&agent), event });
        }
    }

    fn anchor(&mut self, n: u8, command: u8) {
        let checkpoint = checkpoint_name(n);
        let before = self.anchors.entry(checkpoint).or_default();
        let decided = anchor::decide(before, checkpoint, anchor_command(n, command));
        if let Ok(Some(event)) = decided {
            self.record(NewEvent { stream: StreamName::anchor(&checkpoint), event });
        }
    }

    fn record(&mut self, new: NewEvent) {
        self.evolve(&new);
        let version = self.versions.entry(new.stream.clone()).or_default();
        *version = version.after(1);
        let position = self.events.len() as u64;
        let mut event_id = [self.epoch; 16];
        event_id[..8].copy_from_slice(&position.to_be_bytes());
        self.events.push(Recorded {
            position: Position(position),
            stream: new.stream,
            version: *version,
            event_id: EventId(event_id),
            recorded_at: self.now,
            actor: Actor::system("test"),
            correlation_id: EventId(event_id),
            causation_id: None,
            author: None,
            event: new.event,
        });
    }

    fn evolve(&mut self, new: &NewEvent) {
        let (family, name) = new.stream.as_str().split_once('-').unwrap();
        match family {
            "task" => self.tasks.entry(TaskId::new(name).unwrap()).or_default().evolve(&new.event),
            "credits" => self.wallets.entry(AccountId::new(name).unwrap()).or_default().evolve(&new.event),
            "anchor" => self.anchors.entry(name.parse().unwrap()).or_default().evolve(&new.event),
            _ => self.agents.entry(AgentId::new(name).unwrap()).or_default().evolve(&new.event),
        }
    }

    /// Whether any subtask of the task is leased.
    pub fn has_lease(&self, task: &TaskId) -> bool {
        let leased = |it: &task::Subtask| matches!(it.state, SubtaskState::Leased(_));
        self.tasks.get(task).is_some_and(|it| it.subtasks().iter().any(leased))
    }
}

fn piece(index: u16, submitted: &TaskSubmitted, shape: u8) -> PlannedSubtask {
    PlannedSubtask {
        index: SubtaskIndex(index),
        work: if shape == 7 { WorkKind::Program } else { submitted.work },
        language: submitted.language,
        content: BlobRef([2; 32]),
        depends_on: if index > 0 && shape % 4 > 1 { vec![SubtaskIndex(index - 1)] } else { vec![] },
        timeout_ms: TIMEOUT_MS,
    }
}

/// Even ones go by calendars.
fn anchor_command(n: u8, command: u8) -> AnchorCommand {
    let by_calendars = n.is_multiple_of(2);
    let way = if by_calendars { AnchorWay::OpenTimestamps } else { AnchorWay::OwnTransaction };
    let (proof, height, block) = (BlobRef([command; 32]), u32::from(n), BitcoinHash([command % 2; 32]));
    let at = AnchorBlock { height, block, proof, evidence: BlobRef([6; 32]) };
    match command {
        0 | 1 => AnchorCommand::Request { size: Position(u64::from(n)), way, note: BlobRef([5; 32]) },
        2 | 3 if by_calendars => AnchorCommand::Promise { proof, calendars: vec!["calendar.example".into()] },
        2 | 3 => AnchorCommand::Broadcast { transaction: BitcoinHash([command; 32]), fee_sat: 300 },
        4 | 5 if by_calendars => AnchorCommand::Attest { height, proof },
        4 | 5 => AnchorCommand::Include(at),
        6 | 7 => AnchorCommand::Confirm(at),
        _ => AnchorCommand::Orphan { height, block },
    }
}

fn agent_command(node: &AgentId, n: u8, command: u8, now: UnixMillis) -> AgentCommand {
    match command {
        0 => AgentCommand::Enroll { node: node.clone(), kind: NodeKind::Agent, owner: account_name(n % 3) },
        1 => AgentCommand::Approve,
        2 | 3 => AgentCommand::Register(Box::new(RegisterAgent {
            signing_key: PublicKey([n; 32]),
            envelope_key: PublicKey([command; 32]),
            mode: AgentMode::SwarmOnly,
            capabilities: Capabilities {
                os: "linux".into(),
                version: format!("0.{command}.0"),
                client_type: "edgecoder-native".into(),
                max_concurrent_tasks: 1,
                sandbox: SandboxMode::Wasm,
                languages: vec![Language::Python],
                models: vec![model_name(n % 3)],
            },
            proven_key: PublicKey([n; 32]),
        })),
        4 | 5 => AgentCommand::ComeOnline,
        6 => AgentCommand::GoOffline { reason: OfflineReason::Silent },
        7 => AgentCommand::LiftBlacklist { reason: "settled".into() },
        8 => AgentCommand::Reject { reason: "unknown".into() },
        11 => {
            let policy = PowerPolicy { power: PowerSource::Mains, hours: None, max_tasks: Some(u16::from(n) + 1) };
            AgentCommand::SetPowerPolicy { policy }
        }
        _ => AgentCommand::Blacklist(Box::new(AgentBlacklisted {
            agent: node.clone(),
            reason_code: BlacklistReason::AbuseSpam,
            reason: "too many requests".into(),
            evidence_sha256: "ab".repeat(32),
            reported_at: now,
            expires_at: (command > 9).then(|| now.plus_ms(10_000)),
            reporter: "operator:admin".into(),
            reporter_key: PublicKey([9; 32]),
            reporter_signature: Signature([8; 64]),
        })),
    }
}
