//! A portal on a port of its own, over a log in memory or in a PostgreSQL database of its own, and the mails that it would send.

use crate::{IS_ON_POSTGRES, browser::Browser, held_log::HeldLog};
use edgecoder_domain::{
    agent::{self, AgentCommand, RegisterAgent},
    task::{self, FinishSubtask, LeaseSubtask, Task, TaskCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, Clock, Digest, MicroCredits, NewEvent, Position, PublicKey, StreamName, SubtaskIndex,
    TaskId, UnixMillis,
    agent::{Capabilities, SandboxMode},
    node::AgentMode,
    task::Language,
};
use edgecoder_portal::{MailWay, Portal, ProviderSettings, Settings, router};
use edgecoder_projections::{Projections, Question, TablesIn};
use edgecoder_service_kit::{
    commands::{Commands, Request, Subject, View},
    contents::Contents,
    http::{Metrics, Refusal, serve},
    submissions::{SubmissionLimits, Submissions},
};
use edgecoder_store::{Blob, Store};
use edgecoder_testkit::{SetClock, memory_log, postgres_database, postgres_log};
use edgecoder_wire::{
    agents::DiagnosticLine,
    power::RestReason,
    runtime::LanguageInPreparation,
    tasks::{Report, SubmitTask},
};
use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

const ORIGIN: &str = "example.org/portal";
pub const NOON: UnixMillis = UnixMillis(1_700_000_000_000);
/// What does not come in so long does not come.
const PATIENCE: Duration = Duration::from_secs(10);
pub const GIFT: u64 = 10_000;
pub const PASSWORD: &str = "correct horse battery";

/// What every machine wrote into its diary, in these tests.
pub const DIARY: &str = "the <disk> is nearly full";

/// A machine that rests in these tests.
pub const TIRED: &str = "tired";

fn diary(_: &AgentId) -> Vec<DiagnosticLine> {
    vec![DiagnosticLine { event_at_ms: NOON, message: DIARY.to_owned() }]
}

pub struct Service {
    pub base: String,
    pub clock: Arc<SetClock>,
    pub store: Store,
    pub commands: Commands,
    projections: Arc<Projections>,
    mails: mpsc::UnboundedReceiver<String>,
    is_held: watch::Sender<bool>,
    pub stop: CancellationToken,
    running: JoinSet<()>,
    _dir: TempDir,
}

/// How a portal differs from that of most tests.
#[derive(Default)]
pub struct Unlike {
    /// Where people may sign in elsewhere.
    pub providers: Vec<ProviderSettings>,
    /// Where mails go instead of to the test.
    pub mail: Option<MailWay>,
    /// The address that people type, where a proxy stands before it.
    pub public_url: Option<String>,
    /// What machines prepare.
    pub in_preparation: Arc<Mutex<Vec<LanguageInPreparation>>>,
}

/// Where a portal of `on_postgres.rs` keeps everything; in memory once more where no server is named.
async fn database() -> Option<String> {
    static DATABASES: AtomicU64 = AtomicU64::new(0);
    if !IS_ON_POSTGRES {
        return None;
    }
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    postgres_database(&format!("portal_{}_{number}", std::process::id())).await
}

/// Opens a portal; where it is, and the mails that it sends.
async fn opened(
    commands: &Commands,
    projections: &Arc<Projections>,
    unlike: Unlike,
    (running, stop): (&mut JoinSet<()>, &CancellationToken),
) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (sender, mails) = mpsc::unbounded_channel();
    let show = move |text: &str| sender.send(text.to_owned()).unwrap_or_default();
    let portal = Portal::open(Settings {
        submissions: Submissions::new(commands.clone(), SubmissionLimits::default()),
        diaries: Arc::new(diary),
        resting: Arc::new(|agent: &AgentId| (agent.as_str() == TIRED).then_some(RestReason::OnBattery)),
        in_preparation: Arc::new(move || unlike.in_preparation.lock().unwrap().clone()),
        commands: commands.clone(),
        projections: Arc::clone(projections),
        metrics: Metrics::default(),
        mail: unlike.mail.unwrap_or_else(|| MailWay::Shown(Arc::new(show))),
        providers: unlike.providers,
        trusted_proxies: vec![],
        public_url: unlike.public_url.unwrap_or_else(|| base.clone()),
        audit_url: "http://audit.example".to_owned(),
        welcome_gift: Some(MicroCredits::from_credits(GIFT).unwrap()),
    });
    let portal = portal.await.unwrap();
    portal.start(running, stop);
    running.spawn(serve(listener, router(portal), stop.clone()));
    (base, mails)
}

impl Service {
    pub async fn begin() -> Self {
        Self::but(Unlike::default()).await
    }

    /// One at which people may sign in elsewhere.
    pub async fn with(providers: Vec<ProviderSettings>) -> Self {
        Self::but(Unlike { providers, ..Unlike::default() }).await
    }

    pub async fn but(unlike: Unlike) -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Arc::new(SetClock::at(NOON)));
        let database = database().await;
        let store = match &database {
            Some(database) => postgres_log(ORIGIN, Arc::clone(&clock), database).await,
            None => memory_log(ORIGIN, Arc::clone(&clock)).await,
        };
        let [file, search] = ["projections.db", "search"].map(|it| dir.path().join(it));
        let tables = database.as_deref().map_or(TablesIn::File(&file), TablesIn::Postgres);
        let (is_held, held) = watch::channel(false);
        let log = HeldLog { store: store.clone(), is_held: held };
        let projections = Arc::new(Projections::start(&log, tables, &search).await.unwrap());
        projections.caught_up(Position(store.head().size)).await.unwrap();
        let commands = Commands::new(store.clone(), clock.clone());
        let (mut running, stop) = (JoinSet::new(), CancellationToken::new());
        let (base, mails) = opened(&commands, &projections, unlike, (&mut running, &stop)).await;
        Self { base, clock, store, commands, projections, mails, is_held, stop, running, _dir: dir }
    }

    /// Another portal over the same log and what is kept beside it; where it is.
    pub async fn another(&mut self) -> String {
        let running = (&mut self.running, &self.stop);
        opened(&self.commands, &self.projections, Unlike::default(), running).await.0
    }

    /// From now on no page shows what is recorded, until they are let go.
    pub fn holds_the_projections(&self, is_held: bool) {
        self.is_held.send_replace(is_held);
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Waits until the search has found all that is recorded.
    pub async fn searched(&self) {
        let newest = Position(self.store.head().size - 1);
        self.projections.wait_until(Question::TaskSearch, newest, PATIENCE).await.unwrap();
    }

    /// What is known of a task now.
    pub async fn task<T>(&self, id: &TaskId, look: impl Fn(&Task) -> T) -> T {
        self.commands.look(&[Subject::Task(id.clone())], |view| look(view.task(id))).await.unwrap()
    }

    /// What the first subtask of a task is to do now, in words.
    pub async fn prompt(&self, id: &TaskId) -> String {
        let of = |task: &Task| (task.identity().unwrap().account.clone(), task.subtasks()[0].content);
        let (owner, content) = self.task(id, of).await;
        let asked: SubmitTask = Contents::new(self.store.clone()).open(&owner, content).await.unwrap();
        asked.prompt.unwrap()
    }

    /// Something is said of a task, by nobody that matters here.
    pub async fn does(&self, task: &TaskId, command: &TaskCommand, blobs: Vec<Blob>) {
        let mut request = Request::new(Actor::system("tester"), [Subject::Task(task.clone())]);
        request.blobs = blobs;
        let decide = |view: &View<'_>| task::decide(view.task(task), command.clone());
        self.commands.run(request, decide).await.unwrap();
    }

    /// A machine takes the first subtask of a task and brings this report: the attempt of this number, from 1.
    pub async fn finishes(&self, task: &str, report: &Report, attempt: u16) {
        let (id, agent, now) = (TaskId::new(task).unwrap(), AgentId::new("machine").unwrap(), self.clock.now());
        let subject = [Subject::Task(id.clone())];
        let owner = self.commands.look(&subject, |view| view.task(&id).identity().unwrap().account.clone());
        let blob = Contents::new(self.store.clone()).seal(&owner.await.unwrap(), report).await.unwrap();
        let lease = LeaseSubtask {
            subtask: SubtaskIndex(0),
            agent: agent.clone(),
            payee: AccountId::new("bob").unwrap(),
            now,
            price_per_ms: MicroCredits::from_micros(1_000),
        };
        self.does(&id, &TaskCommand::Lease(lease), vec![]).await;
        let finish = FinishSubtask {
            subtask: SubtaskIndex(0),
            attempt,
            agent,
            verdict: report.verdict,
            report: blob.address(),
            report_digest: Digest([4; 32]),
            reported_ms: 0,
            now,
        };
        self.does(&id, &TaskCommand::Finish(finish), vec![blob]).await;
    }

    /// A machine that was let in registers, and is there.
    pub async fn comes_online(&self, name: &str) {
        let (id, key) = (AgentId::new(name).unwrap(), PublicKey([1; 32]));
        let capabilities = Capabilities {
            os: "linux".to_owned(),
            version: "0.1.0".to_owned(),
            client_type: "worker".to_owned(),
            max_concurrent_tasks: 1,
            sandbox: SandboxMode::Wasm,
            languages: vec![Language::Python],
            models: vec![],
        };
        let (mode, envelope_key) = (AgentMode::SwarmOnly, PublicKey([2; 32]));
        let wanted = RegisterAgent { signing_key: key, envelope_key, mode, capabilities, proven_key: key };
        for command in [AgentCommand::Register(Box::new(wanted)), AgentCommand::ComeOnline] {
            let request = Request::new(Actor::agent(&id), [Subject::Agent(id.clone())]);
            let said = self.commands.run(request, |view| {
                let events = agent::decide(view.agent(&id), command.clone(), self.clock.now())?;
                Ok::<_, Refusal>(NewEvent::all_in(&StreamName::agent(&id), events))
            });
            said.await.unwrap();
        }
    }

    /// The next mail.
    pub async fn mail(&mut self) -> String {
        tokio::time::timeout(PATIENCE, self.mails.recv()).await.unwrap().unwrap()
    }

    /// The path of the link in the next mail.
    pub async fn link(&mut self) -> String {
        let mail = self.mail().await;
        let link = mail.lines().find(|line| line.starts_with(&self.base)).unwrap();
        link[self.base.len()..].to_owned()
    }

    /// Somebody who signed up, in their browser.
    pub async fn person(&mut self, email: &str, name: &str) -> Browser {
        let mut browser = self.browser();
        let fields = [("email", email), ("name", name), ("password", PASSWORD)];
        assert_eq!(browser.send("/sign-up", "/sign-up", &fields).await.status, 200);
        let link = self.link().await;
        let (_, token) = link.split_once("token=").unwrap();
        let answer = browser.send(&link, "/confirm", &[("token", token)]).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/dashboard"), "{}", answer.text);
        browser
    }
}
