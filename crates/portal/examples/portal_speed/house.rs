//! A portal over a durable ledger in a folder of its own, put together as the product does.

use crate::browser::Browser;
use edgecoder_domain::{
    Aggregate,
    agent::{self, AgentCommand},
    person::{self, PersonCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, Clock, NewEvent, Position, StreamName, UnixMillis, node::NodeKind, person::Role,
};
use edgecoder_ledger::note::LogKey;
use edgecoder_portal::{MailWay, Portal, Settings, router};
use edgecoder_projections::{Projections, Question, TablesIn};
use edgecoder_service_kit::{
    SystemClock, chance,
    commands::{Commands, Request, Subject},
    http::{Metrics, Refusal, serve},
    submissions::{SubmissionLimits, Submissions},
};
use edgecoder_store::{Backend, Limits, Store, StoreSettings};
use edgecoder_testkit::SetClock;
use std::{net::Ipv4Addr, path::Path, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

const ORIGIN: &str = "example.org/pages";
const PASSWORD: &str = "correct horse battery";
/// As long ago the past begins: a session that nobody uses lasts a day longer.
pub const PAST_MS: u64 = 6 * 24 * 60 * 60 * 1_000;
const LONG: Duration = Duration::from_hours(1);

pub struct House {
    pub base: String,
    pub clock: Arc<SetClock>,
    pub store: Store,
    pub projections: Arc<Projections>,
    commands: Commands,
    mails: mpsc::UnboundedReceiver<String>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl House {
    pub async fn open(dir: &Path) -> Self {
        let clock = Arc::new(SetClock::at(UnixMillis(SystemClock.now().0 - PAST_MS)));
        let settings = StoreSettings {
            backend: Backend::Sqlite { dir: dir.to_owned() },
            origin: ORIGIN.to_owned(),
            log_key: LogKey::from_seed(ORIGIN, &[1; 32]).unwrap(),
            clock: clock.clone(),
            rng: Box::new(chance::system()),
            checkpoint_file: Some(dir.join("checkpoint")),
            limits: Limits::default(),
        };
        let store = Store::open(settings).await.unwrap();
        let [tables, search] = ["projections.db", "search"].map(|it| dir.join(it));
        let projections = Arc::new(Projections::start(&store, TablesIn::File(&tables), &search).await.unwrap());
        let commands = Commands::new(store.clone(), clock.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (sender, mails) = mpsc::unbounded_channel();
        let show = move |text: &str| sender.send(text.to_owned()).unwrap_or_default();
        let portal = Portal::open(Settings {
            submissions: Submissions::new(commands.clone(), SubmissionLimits::default()),
            diaries: Arc::new(|_: &AgentId| vec![]),
            resting: Arc::new(|_: &AgentId| None),
            in_preparation: Arc::new(Vec::new),
            commands: commands.clone(),
            projections: Arc::clone(&projections),
            metrics: Metrics::default(),
            mail: MailWay::Shown(Arc::new(show)),
            providers: vec![],
            trusted_proxies: vec![],
            public_url: base.clone(),
            audit_url: "http://audit.example".to_owned(),
            welcome_gift: None,
        });
        let portal = portal.await.unwrap();
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        portal.start(&mut tasks, &stop);
        tasks.spawn(serve(listener, router(portal), stop.clone()));
        Self { base, clock, store, projections, commands, mails, tasks, stop }
    }

    /// Somebody who signed up and has the role of an operator, in their browser.
    pub async fn newcomer(&mut self) -> (Browser, AccountId) {
        let mut browser = Browser::new(&self.base);
        let fields = [("email", "ann@example.org"), ("name", "Ann"), ("password", PASSWORD)];
        assert_eq!(browser.send("/sign-up", "/sign-up", &fields).await.status, 200);
        let mail = self.mails.recv().await.unwrap();
        let link = mail.lines().find_map(|line| line.strip_prefix(&self.base)).unwrap();
        let (_, token) = link.split_once("token=").unwrap();
        assert_eq!(browser.send(link, "/confirm", &[("token", token)]).await.status, 303);
        let page = browser.get("/account").await.text;
        let (_, rest) = page.split_once("data-who=\"").unwrap();
        let account = AccountId::new(rest.split('"').next().unwrap()).unwrap();
        self.make_operator(&account).await;
        (browser, account)
    }

    async fn make_operator(&self, account: &AccountId) {
        let command = PersonCommand::GiveRole { account: account.clone(), role: Role::Operator };
        let request = Request::new(Actor::operator("bench"), [Subject::Person(account.clone())]);
        let given = self.commands.run(request, |view| {
            let events = person::decide(view.person(account), command.clone())?;
            Ok::<_, Refusal>(NewEvent::all_in(&StreamName::person(account), events))
        });
        given.await.unwrap();
    }

    /// A machine of hers that was let in.
    pub async fn admit(&self, id: &AgentId, owner: &AccountId) {
        let request = Request::new(Actor::operator("bench"), [Subject::Agent(id.clone())]);
        let now = self.clock.now();
        let admitted = self.commands.run(request, |view| {
            let mut machine = view.agent(id).clone();
            let mut admitted = Vec::new();
            let enrol = AgentCommand::Enroll { node: id.clone(), kind: NodeKind::Agent, owner: owner.clone() };
            for command in [enrol, AgentCommand::Approve] {
                let events = agent::decide(&machine, command, now)?;
                for event in &events {
                    machine.evolve(event);
                }
                admitted.extend(events);
            }
            Ok::<_, agent::AgentRefusal>(NewEvent::all_in(&StreamName::agent(id), admitted))
        });
        admitted.await.unwrap();
    }

    /// Waits until all that is recorded is shown, and found.
    pub async fn caught_up(&self) {
        let size = Position(self.store.head().size);
        self.projections.caught_up(size).await.unwrap();
        for search in [Question::TaskSearch, Question::LogSearch] {
            self.projections.wait_until(search, Position(size.0 - 1), LONG).await.unwrap();
        }
    }

    pub async fn close(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.store.close().await.unwrap();
    }
}
