//! A coordinator on a port of its own, over a log in memory, with one customer: ada.

use edgecoder_coordinator::{AnchorSettings, Coordinator, Settings, WitnessSettings, router};
use edgecoder_domain::{
    Aggregate,
    agent::{self, AgentCommand},
    task::{self, ReturnSubtask, TaskCommand},
    wallet::{self, WalletCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, Clock, Event, MicroCredits, NewEvent, Position, PublicKey, Recorded, StreamName,
    UnixMillis, credit::IssueReason, node::NodeKind, task::ReturnReason,
};
use edgecoder_identity::{NodeKeys, NonceFile, Token, TokenRole, envelope::Envelope};
use edgecoder_ledger::{Policy, cosignature::WitnessKey, note::VerifierKey};
use edgecoder_projections::{Projections, Question, TablesIn};
use edgecoder_service_kit::{
    callers::{Access, AccessSettings, AgentKeys, TokenBook},
    commands::{Commands, Request, Subject},
    http::{Metrics, serve},
    submissions::{SubmissionLimits, Submissions},
};
use edgecoder_store::Store;
use edgecoder_testkit::{Heard, SetClock, hear, memory_log};
use edgecoder_wire::work::LeasedSubtask;
use futures_util::TryStreamExt;
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::{
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, Weak},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

pub const ORIGIN: &str = "example.org/coordinator";
pub const NOON: UnixMillis = UnixMillis(1_700_000_000_000);
/// What ada is given, in millionths of a credit.
pub const GIVEN: u64 = 10_000_000_000;
/// A wait that no test reaches, however slow the machine.
const PATIENCE: Duration = Duration::from_mins(2);

pub struct Service {
    base: String,
    pub client: Client,
    pub clock: Arc<SetClock>,
    pub store: Store,
    pub projections: Arc<Projections>,
    commands: Commands,
    access: Access,
    tokens: Tokens,
    pub stop: CancellationToken,
    running: JoinSet<()>,
    dir: TempDir,
}

/// A port of this machine that nobody has.
pub async fn free_port() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// Whom a coordinator watches, who watches it, and who dates its log.
#[derive(Default)]
pub struct Watch {
    pub logs: Vec<VerifierKey>,
    pub policy: Option<Policy>,
    pub anchors: Option<AnchorSettings>,
    /// Where it shall be, if others must know that before it begins.
    pub listener: Option<TcpListener>,
}

/// The key with which the coordinator of a log cosigns others.
pub fn witness_key(origin: &str) -> WitnessKey {
    WitnessKey::from_seed(&format!("{origin}/witness"), &[9; 32]).unwrap()
}

struct Tokens {
    operator: Token,
    service: Token,
    ada: Token,
}

impl Service {
    pub async fn begin() -> Self {
        Self::begin_with(SubmissionLimits::default()).await
    }

    pub async fn begin_with(submissions: SubmissionLimits) -> Self {
        Box::pin(Self::begin_as(ORIGIN, submissions, Watch::default())).await
    }

    /// A coordinator of the log `origin` that witnesses others, or is witnessed.
    pub async fn begin_watched(origin: &str, watch: Watch) -> Self {
        Box::pin(Self::begin_as(origin, SubmissionLimits::default(), watch)).await
    }

    async fn begin_as(origin: &str, submissions: SubmissionLimits, watch: Watch) -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Arc::new(SetClock::at(NOON)));
        let store = memory_log(origin, Arc::clone(&clock)).await;
        let [tables, search] = ["projections.db", "search"].map(|it| dir.path().join(it));
        let projections = Arc::new(Projections::start(&store, TablesIn::File(&tables), &search).await.unwrap());
        let token = |role, seed| Token::generate(role, &mut StdRng::seed_from_u64(seed));
        let tokens = Tokens {
            operator: token(TokenRole::Operator, 2),
            service: token(TokenRole::Service, 3),
            ada: token(TokenRole::Account, 4),
        };
        let access = access(dir.path(), &store, &projections, &clock, &tokens);
        let commands = Commands::new(store.clone(), clock.clone());
        let coordinator = Coordinator::new(Settings {
            commands: commands.clone(),
            projections: Arc::clone(&projections),
            access: access.clone(),
            keys: Arc::new(NodeKeys::generate(&mut StdRng::seed_from_u64(5))),
            metrics: Metrics::default(),
            inference: None,
            anchors: watch.anchors,
            submissions: Submissions::new(commands.clone(), submissions),
            origin: origin.to_owned(),
            log_verifier_key: store.log_verifier_key().to_string(),
            witness: WitnessSettings {
                key: witness_key(origin),
                book: dir.path().join("book"),
                logs: watch.logs,
                policy: watch.policy,
                evidence: dir.path().join("evidence"),
            },
        });
        let coordinator = coordinator.unwrap();
        let listener = match watch.listener {
            Some(listener) => listener,
            None => free_port().await,
        };
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (mut running, stop) = (JoinSet::new(), CancellationToken::new());
        coordinator.start(&mut running, &stop);
        running.spawn(serve(listener, router(coordinator), stop.clone()));
        let client = edgecoder_outbound::direct().timeout(PATIENCE).build().unwrap();
        let service = Self { base, client, clock, store, projections, commands, access, tokens, stop, running, dir };
        service.give_credit_to_ada().await;
        service
    }

    /// Whether every part of the coordinator still works: a process ends with the first that does not.
    pub fn is_whole(&mut self) -> bool {
        self.running.try_join_next().is_none()
    }

    /// A file of evidence, by its name.
    pub fn evidence(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join("evidence").join(name)).unwrap()
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn operator(&self) -> &str {
        self.tokens.operator.expose()
    }

    /// The token between our own services.
    pub fn own(&self) -> &str {
        self.tokens.service.expose()
    }

    pub fn ada(&self) -> &str {
        self.tokens.ada.expose()
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Heard {
        hear(self.client.get(format!("{}{path}", self.base)).bearer_auth(token)).await
    }

    pub async fn post_as(&self, token: &str, path: &str, body: &Value) -> Heard {
        hear(self.client.post(format!("{}{path}", self.base)).bearer_auth(token).json(body)).await
    }

    /// Ada submits a program; its name.
    pub async fn submitted(&self, name: &str) -> String {
        let heard = self.post_as(self.ada(), "/submit", &program(name)).await;
        assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
        heard.body["taskId"].as_str().unwrap().to_owned()
    }

    /// What ada sees of a task once everything that was recorded is shown.
    pub async fn task(&self, name: &str) -> Value {
        let newest = self.store.head().size - 1;
        let heard = self.get_as(self.ada(), &format!("/tasks/{name}?after={newest}")).await;
        assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
        heard.body
    }

    /// What an account can spend and has set aside, in millionths of a credit.
    pub async fn wallet(&self, account: &str) -> (u64, u64) {
        let newest = Position(self.store.head().size - 1);
        self.projections.wait_until(Question::CreditBalances, newest, PATIENCE).await.unwrap();
        let held = self.projections.credit_balances().balance(&AccountId::new(account).unwrap()).await.unwrap();
        held.map_or((0, 0), |held| (held.available.micros(), held.reserved.micros()))
    }

    /// Everything that was recorded so far.
    pub async fn log(&self) -> Vec<Arc<Recorded>> {
        self.store.read(Position(0)).try_collect().await.unwrap()
    }

    /// Lets a machine of `owner` in; the token that it registers with.
    pub async fn admitted(&self, machine: &AgentId, owner: &str) -> Token {
        let owner = AccountId::new(owner).unwrap();
        let enroll = AgentCommand::Enroll { node: machine.clone(), kind: NodeKind::Agent, owner };
        for command in [enroll, AgentCommand::Approve] {
            self.says_of(machine, command).await;
        }
        let token = Token::generate(TokenRole::Node, &mut StdRng::seed_from_u64(6));
        self.access.tokens().give_to_node(machine, &token).await.unwrap();
        token
    }

    /// Something is said of a machine, and all who look know it.
    pub async fn says_of(&self, machine: &AgentId, command: AgentCommand) {
        let request = Request::new(Actor::operator("tester"), [Subject::Agent(machine.clone())]);
        let decide = |view: &edgecoder_service_kit::commands::View<'_>| {
            let events = agent::decide(view.agent(machine), command.clone(), self.commands.clock().now())?;
            Ok::<_, agent::AgentRefusal>(NewEvent::all_in(&StreamName::agent(machine), events))
        };
        self.commands.run(request, decide).await.unwrap();
        self.projections.caught_up(Position(self.store.head().size)).await.unwrap();
    }

    /// The lease runs out.
    pub async fn ends(&self, lease: &LeasedSubtask<Envelope>, agent: &AgentId) {
        let returned = ReturnSubtask {
            subtask: lease.subtask,
            attempt: lease.attempt,
            agent: agent.clone(),
            reason: ReturnReason::LeaseExpired,
            now: self.clock.now(),
        };
        let request = Request::new(Actor::system("scheduler"), [Subject::Task(lease.task_id.clone())]);
        let decide = |view: &edgecoder_service_kit::commands::View<'_>| {
            task::decide(view.task(&lease.task_id), TaskCommand::Return(returned.clone()))
        };
        self.commands.run(request, decide).await.unwrap();
    }

    /// Waits until the log has such an event.
    pub async fn awaits(&self, mut is_wanted: impl FnMut(&Event) -> bool) {
        let mut log = self.store.follow(Position(0));
        while !log.next_batch().await.unwrap().iter().any(|it| is_wanted(&it.event)) {}
    }

    async fn give_credit_to_ada(&self) {
        let ada = AccountId::new("ada").unwrap();
        let request = Request::new(Actor::operator("tester"), [Subject::Wallet(ada.clone())]);
        let decide = |view: &edgecoder_service_kit::commands::View<'_>| {
            let mut wallet = view.wallet(&ada).clone();
            let mut events = wallet::decide(&wallet, WalletCommand::Open { account: ada.clone() })?;
            for event in &events {
                wallet.evolve(event);
            }
            let amount = MicroCredits::from_micros(GIVEN);
            let gift = WalletCommand::Issue { account: ada.clone(), amount, reason: IssueReason::Faucet };
            events.extend(wallet::decide(&wallet, gift)?);
            Ok::<_, wallet::WalletRefusal>(NewEvent::all_in(&StreamName::credits(&ada), events))
        };
        self.commands.run(request, decide).await.unwrap();
        self.access.tokens().give_to_account(&ada, &self.tokens.ada, NOON).await.unwrap();
    }
}

/// A program of one file, as ada submits it.
pub fn program(name: &str) -> Value {
    json!({ "taskId": name, "files": [{ "path": "main.py", "content": "print(6 * 7)" }], "language": "python" })
}

fn access(dir: &Path, store: &Store, projections: &Arc<Projections>, clock: &Arc<SetClock>, tokens: &Tokens) -> Access {
    let settings = AccessSettings {
        operator: tokens.operator.hash(),
        service: tokens.service.hash(),
        operator_networks: vec![],
        trusted_proxies: vec![],
    };
    let nonces = NonceFile::open(dir.join("nonces"), NOON).unwrap();
    let agents = Arc::new(Directory { projections: Arc::downgrade(projections), clock: Arc::clone(clock) });
    Access::new(settings, TokenBook::new(store.secrets()), agents, nonces, clock.clone())
}

/// The agent directory as the source of agents' keys, as in the product.
struct Directory {
    projections: Weak<Projections>,
    clock: Arc<SetClock>,
}

impl AgentKeys for Directory {
    fn signing_key(&self, agent: &AgentId) -> Option<PublicKey> {
        self.projections.upgrade()?.agent_directory(|agents| agents.signing_key(agent))
    }

    fn may_work(&self, agent: &AgentId) -> bool {
        let entry = self.projections.upgrade().and_then(|all| all.agent_directory(|agents| agents.get(agent)));
        entry.is_some_and(|entry| entry.is_approved() && !entry.is_blacklisted(self.clock.now()))
    }
}
