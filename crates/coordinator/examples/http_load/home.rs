//! A coordinator in a directory of its own, put together as the product does.

use crate::{CONNECTIONS, agent::Agent, connection::Outcome};
use edgecoder_coordinator::{Coordinator, Settings, WitnessSettings};
use edgecoder_domain::{
    Aggregate,
    agent::{self, AgentCommand},
    wallet::{self, WalletCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, Clock, MicroCredits, NewEvent, PublicKey, StreamName, credit::IssueReason,
    node::NodeKind,
};
use edgecoder_identity::{NodeKeys, NonceFile, Token, TokenRole};
use edgecoder_ledger::{cosignature::WitnessKey, note::LogKey};
use edgecoder_projections::{Projections, TablesIn};
use edgecoder_service_kit::{
    SystemClock,
    callers::{Access, AccessSettings, AgentKeys, TokenBook},
    chance,
    commands::{Commands, Request, Subject},
    http::{Metrics, serve},
    submissions::{SubmissionLimits, Submissions},
};
use edgecoder_store::{Backend, Limits, Store, StoreSettings};
use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Weak},
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

const ORIGIN: &str = "example.org/load";
/// Every task is paid from one wallet: the hottest stream that there can be.
const ACCOUNT: &str = "load";

/// One account submits as much as the machine can take: that is what is measured.
const UNLIMITED: SubmissionLimits = SubmissionLimits { tasks: u64::MAX, bytes: u64::MAX };

pub struct Home {
    pub address: SocketAddr,
    store: Store,
    commands: Commands,
    access: Access,
    account_token: Token,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Home {
    pub async fn open(dir: &Path) -> Outcome<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let log_key = LogKey::from_seed(ORIGIN, &[1; 32])?;
        let log_verifier_key = log_key.verifier_key().to_string();
        let store = Store::open(StoreSettings {
            backend: Backend::Sqlite { dir: dir.to_owned() },
            origin: ORIGIN.to_owned(),
            log_key,
            clock: Arc::clone(&clock),
            rng: Box::new(chance::system()),
            checkpoint_file: Some(dir.join("checkpoint")),
            limits: Limits::default(),
        })
        .await?;
        let projections = Arc::new(
            Projections::start(&store, TablesIn::File(&dir.join("projections.db")), &dir.join("search")).await?,
        );
        let access = access(dir, &store, &projections, &clock)?;
        let commands = Commands::new(store.clone(), clock);
        let coordinator = Coordinator::new(Settings {
            commands: commands.clone(),
            projections: Arc::clone(&projections),
            access: access.clone(),
            keys: Arc::new(NodeKeys::generate(&mut chance::system())),
            metrics: Metrics::default(),
            inference: None,
            anchors: None,
            submissions: Submissions::new(commands.clone(), UNLIMITED),
            origin: ORIGIN.to_owned(),
            log_verifier_key,
            witness: WitnessSettings {
                key: WitnessKey::from_seed(ORIGIN, &[2; 32])?,
                book: dir.join("book"),
                logs: Vec::new(),
                policy: None,
                evidence: dir.join("evidence"),
            },
        })?;
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        coordinator.start(&mut tasks, &stop);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tasks.spawn(serve(listener, edgecoder_coordinator::router(coordinator), stop.clone()));
        let account_token = Token::generate(TokenRole::Account, &mut chance::system());
        let home = Self { address, store, commands, access, account_token, tasks, stop };
        home.open_account().await?;
        Ok(home)
    }

    pub fn account_token(&self) -> &str {
        self.account_token.expose()
    }

    async fn open_account(&self) -> Outcome<()> {
        let account = AccountId::new(ACCOUNT)?;
        let request = Request::new(Actor::operator("load"), [Subject::Wallet(account.clone())]);
        self.commands
            .run(request, |view| {
                let mut wallet = view.wallet(&account).clone();
                let mut events = wallet::decide(&wallet, WalletCommand::Open { account: account.clone() })?;
                for event in &events {
                    wallet.evolve(event);
                }
                let amount = MicroCredits::from_credits(wallet::FAUCET_LIMIT_CREDITS)
                    .map_err(|_| wallet::WalletRefusal::TooMuch)?;
                let gift = WalletCommand::Issue { account: account.clone(), amount, reason: IssueReason::Faucet };
                events.extend(wallet::decide(&wallet, gift)?);
                Ok::<_, wallet::WalletRefusal>(NewEvent::all_in(&StreamName::credits(&account), events))
            })
            .await?;
        Ok(self.access.tokens().give_to_account(&account, &self.account_token, SystemClock.now()).await?)
    }

    /// Admits and registers `count` machines.
    pub async fn enrol(&self, count: usize) -> Outcome<Vec<Agent>> {
        let mut agents = Vec::with_capacity(CONNECTIONS);
        for number in 0..count {
            let id = AgentId::new(format!("machine-{number}"))?;
            self.admit(&id).await?;
            let token = Token::generate(TokenRole::Node, &mut chance::system());
            self.access.tokens().give_to_node(&id, &token).await?;
            agents.push(Agent::register(self.address, id, &token).await?);
        }
        Ok(agents)
    }

    async fn admit(&self, id: &AgentId) -> Outcome<()> {
        let owner = AccountId::new(id.as_str())?;
        let request = Request::new(Actor::operator("load"), [Subject::Agent(id.clone())]);
        self.commands
            .run(request, |view| {
                let mut machine = view.agent(id).clone();
                let mut admitted = Vec::new();
                let enrol = AgentCommand::Enroll { node: id.clone(), kind: NodeKind::Agent, owner: owner.clone() };
                for command in [enrol, AgentCommand::Approve] {
                    let events = agent::decide(&machine, command, SystemClock.now())?;
                    for event in &events {
                        machine.evolve(event);
                    }
                    admitted.extend(events);
                }
                Ok::<_, agent::AgentRefusal>(NewEvent::all_in(&StreamName::agent(id), admitted))
            })
            .await?;
        Ok(())
    }

    pub async fn close(mut self) -> Outcome<()> {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        Ok(self.store.close().await?)
    }
}

fn access(dir: &Path, store: &Store, projections: &Arc<Projections>, clock: &Arc<dyn Clock>) -> Outcome<Access> {
    let hash = |role| Token::generate(role, &mut chance::system()).hash();
    let settings = AccessSettings {
        operator: hash(TokenRole::Operator),
        service: hash(TokenRole::Service),
        operator_networks: Vec::new(),
        trusted_proxies: Vec::new(),
    };
    let agents = Arc::new(Directory { projections: Arc::downgrade(projections), clock: Arc::clone(clock) });
    let nonces = NonceFile::open(dir.join("nonces"), clock.now())?;
    Ok(Access::new(settings, TokenBook::new(store.secrets()), agents, nonces, Arc::clone(clock)))
}

/// The agent directory as the source of agents' keys.
struct Directory {
    projections: Weak<Projections>,
    clock: Arc<dyn Clock>,
}

impl AgentKeys for Directory {
    fn signing_key(&self, agent: &AgentId) -> Option<PublicKey> {
        self.projections.upgrade()?.agent_directory(|agents| agents.signing_key(agent))
    }

    fn may_work(&self, agent: &AgentId) -> bool {
        let entry = self.projections.upgrade().and_then(|all| all.agent_directory(|agents| agents.get(agent)));
        entry.is_some_and(|entry| entry.may_work(self.clock.now()))
    }
}
