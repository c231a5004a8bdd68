//! Takes tasks, leases them to machines, pays for results.
//!
//! One request on its way: `http/tasks/submit.rs` checks it, `service-kit` runs the command, `domain` decides, `store`
//! records. The rest happens because of what was recorded: `reactions/` ask the inference service for plans, `jobs/`
//! end leases of machines that fell silent, `scheduler.rs` hands ready subtasks to machines that ask.

mod anchors;
mod answers;
mod audit;
mod change_pace;
mod diagnostics;
mod gauges;
mod http;
mod inference;
mod jobs;
mod presence;
mod reactions;
mod receipts;
mod report_pace;
mod reports;
mod scheduler;
mod tile_room;
mod views;
mod witness;
mod work;

pub use anchors::{AnchorServiceClient, AnchorSettings, Carrier};
pub use http::{description, router};
pub use inference::InferenceClient;
pub use presence::{AGENT_SILENCE_MS, HEARTBEAT_INTERVAL_MS, LEASE_SILENCE_MS};
pub use witness::WitnessSettings;

use anchors::Anchoring;
use answers::AnswerRoom;
use audit::{RecentCheckpoints, follow_checkpoints};
use change_pace::ChangePace;
use diagnostics::DiagnosticsBook;
use edgecoder_domain::{
    agent::{self, AgentCommand},
    task::{self, ReturnSubtask, TaskCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, Author, ModelName, NewEvent, Position, StreamName, TaskId, agent::OfflineReason,
};
use edgecoder_identity::NodeKeys;
use edgecoder_projections::{Projections, Question, ready_queue::ActiveLease};
use edgecoder_service_kit::{
    callers::{Access, Reader},
    commands::{CommandError, Commands, Done, Request, Subject},
    contents::Contents,
    http::{Metrics, Problem, Refusal},
    reviews::Reviews,
    searches::Searches,
    seats::Seats,
    submissions::Submissions,
};
use edgecoder_store::Store;
use edgecoder_wire::{
    agents::DiagnosticLine,
    power::{PowerPolicy, RestReason},
    runtime::LanguageInPreparation,
};
use presence::Presence;
use report_pace::ReportPace;
use scheduler::Scheduler;
use std::{io, ops::Deref, sync::Arc, time::Duration};
use tile_room::TileRoom;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use witness::{Witness, Witnesses};

/// How long a heartbeat waits for the queue to have read what is recorded.
const QUEUE_LIMIT: Duration = Duration::from_secs(1);

/// The coordinator's state. Cheap to clone.
#[derive(Clone)]
pub struct Coordinator(Arc<Parts>);

/// What a coordinator is made of.
pub struct Parts {
    store: Store,
    commands: Commands,
    contents: Contents,
    projections: Arc<Projections>,
    access: Access,
    presence: Presence,
    changes: ChangePace,
    submissions: Submissions,
    reviews: Reviews,
    reported: ReportPace,
    answers: AnswerRoom,
    /// Of the files of the log.
    tiles: TileRoom,
    /// Of machines that wait for work.
    pulling: Seats,
    /// Of people who watch tasks.
    watching: Seats,
    /// Who only watches hears of the end, and connects again to whoever comes next.
    stopping: CancellationToken,
    diagnostics: DiagnosticsBook,
    keys: Arc<NodeKeys>,
    metrics: Metrics,
    inference: Option<InferenceClient>,
    anchoring: Option<Arc<Anchoring>>,
    origin: String,
    log_verifier_key: String,
    /// Cosigns the logs of others.
    witness: Witness,
    /// Cosign ours.
    witnesses: Witnesses,
    checkpoints: RecentCheckpoints,
    /// Of strangers, in the log.
    searches: Searches,
    /// Of accounts, in their own tasks.
    task_searches: Searches,
}

/// What a coordinator is begun with.
pub struct Settings {
    pub commands: Commands,
    pub projections: Arc<Projections>,
    pub access: Access,
    /// Opens sealed reports; kept over restarts.
    pub keys: Arc<NodeKeys>,
    pub metrics: Metrics,
    /// Splits prompts; without it they fail with a reason.
    pub inference: Option<InferenceClient>,
    /// Who dates checkpoints; nobody where there is none.
    pub anchors: Option<AnchorSettings>,
    /// Takes tasks in, here and in the portal.
    pub submissions: Submissions,
    pub origin: String,
    pub log_verifier_key: String,
    pub witness: WitnessSettings,
}

impl Deref for Coordinator {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl axum::extract::FromRef<Coordinator> for Metrics {
    fn from_ref(coordinator: &Coordinator) -> Self {
        coordinator.metrics.clone()
    }
}

impl axum::extract::FromRef<Coordinator> for Access {
    fn from_ref(coordinator: &Coordinator) -> Self {
        coordinator.access.clone()
    }
}

impl Coordinator {
    /// Joins the parts. Nothing runs yet.
    ///
    /// # Errors
    /// Where what the witness keeps can not be opened.
    pub fn new(settings: Settings) -> io::Result<Self> {
        let Settings { commands, projections, access, keys, metrics, inference, anchors, submissions, .. } = settings;
        let (witness, witnesses) = witness::open(settings.witness)?;
        let store = commands.store().clone();
        let presence = Presence::begin(commands.clock().steady());
        let parts = Parts {
            contents: Contents::new(store.clone()),
            reviews: Reviews::new(commands.clone()),
            store,
            commands,
            projections,
            access,
            presence,
            changes: ChangePace::default(),
            reported: ReportPace::new(submissions.limits().bytes),
            submissions,
            answers: AnswerRoom::default(),
            tiles: TileRoom::default(),
            pulling: Seats::default(),
            watching: Seats::default(),
            stopping: CancellationToken::new(),
            diagnostics: DiagnosticsBook::default(),
            keys,
            metrics,
            inference,
            anchoring: anchors.map(|settings| Arc::new(Anchoring::new(settings))),
            origin: settings.origin,
            log_verifier_key: settings.log_verifier_key,
            witness,
            witnesses,
            checkpoints: RecentCheckpoints::default(),
            searches: Searches::default(),
            task_searches: Searches::default(),
        };
        gauges::register(&parts);
        Ok(Self(Arc::new(parts)))
    }

    /// Starts jobs and reactions; they end with `stop`, and so does what people watch.
    pub fn start(&self, tasks: &mut JoinSet<()>, stop: &CancellationToken) {
        let (stop_comes, stopping) = (stop.clone().cancelled_owned(), self.stopping.clone());
        tasks.spawn(async move {
            stop_comes.await;
            stopping.cancel();
        });
        tasks.spawn(jobs::run(self.clone(), stop.clone()));
        tasks.spawn(witness::run(self.clone(), stop.clone()));
        tasks.spawn(follow_checkpoints(self.clone(), stop.clone()));
        tasks.spawn(reactions::plan_prompts::run(self.clone(), stop.clone()));
        tasks.spawn(reactions::escalate_subtasks::run(self.clone(), stop.clone()));
        tasks.spawn(reactions::release_work_of_blacklisted_agent::run(self.clone(), stop.clone()));
        if let Some(anchoring) = &self.anchoring {
            tasks.spawn(anchors::run(self.clone(), Arc::clone(anchoring), stop.clone()));
        }
    }

    /// What a machine wrote into its diary lately, the newest line first.
    pub fn diary(&self, agent: &AgentId) -> Vec<DiagnosticLine> {
        self.diagnostics.newest_first(agent)
    }

    /// Why a machine that is there asks for no work, where it said so.
    pub fn resting(&self, agent: &AgentId) -> Option<RestReason> {
        self.presence.resting(agent).filter(|_| !self.presence.is_silent(agent, self.commands.clock().steady()))
    }

    /// The languages that machines that are there prepare, and take no work in yet.
    pub fn in_preparation(&self) -> Vec<LanguageInPreparation> {
        self.presence.in_preparation(&self.workers())
    }

    /// The machines that are there.
    fn workers(&self) -> Vec<AgentId> {
        let now = self.commands.clock().now();
        self.projections.agent_directory(|agents| agents.workers(now).map(|(id, _)| id.clone()).collect())
    }

    /// What the owner of a machine wishes of it.
    fn power_policy(&self, agent: &AgentId) -> Option<PowerPolicy> {
        let entry = self.projections.agent_directory(|agents| agents.get(agent))?;
        edgecoder_service_kit::views::power_policy(entry.power_policy())
    }

    fn scheduler(&self) -> Scheduler<'_> {
        Scheduler(self)
    }

    /// The account that submitted a task.
    async fn task_owner(&self, task: &TaskId) -> Result<AccountId, Problem> {
        let subject = [Subject::Task(task.clone())];
        let owner =
            self.commands.look(&subject, |view| view.task(task).identity().map(|it| it.account.clone())).await?;
        owner.ok_or_else(|| Problem::not_found("task_not_found", "there is no task of this name"))
    }

    /// The account that submitted a task, where the caller may see it. Other people's tasks look like none.
    async fn owned_task(&self, reader: &Reader, task: &TaskId) -> Result<AccountId, Problem> {
        let owner = self.task_owner(task).await?;
        if reader.may_read(&owner) {
            return Ok(owner);
        }
        Err(Problem::not_found("task_not_found", "there is no task of this name"))
    }

    fn active_leases(&self, agent: &AgentId) -> Vec<ActiveLease> {
        self.projections.ready_queue(|queue| queue.leases_of(agent).cloned().collect())
    }

    /// Waits a little until the queue has read all that is recorded now; whether it has.
    async fn queue_knows_all(&self) -> bool {
        let Some(newest) = self.store.head().size.checked_sub(1) else { return true };
        self.projections.wait_until(Question::ReadyQueue, Position(newest), QUEUE_LIMIT).await.is_ok()
    }

    /// Ends a lease without a result.
    async fn return_lease(
        &self,
        actor: Actor,
        task: &TaskId,
        returned: ReturnSubtask,
    ) -> Result<Done, CommandError<Refusal>> {
        self.task_command(Request::new(actor, [Subject::Task(task.clone())]), task, &TaskCommand::Return(returned))
            .await
    }

    /// Runs a command about a task, with the payments that follow from it.
    async fn task_command(
        &self,
        request: Request,
        task: &TaskId,
        command: &TaskCommand,
    ) -> Result<Done, CommandError<Refusal>> {
        self.commands.run(request, |view| Ok(task::decide(view.task(task), command.clone())?)).await
    }

    /// Runs a command about a machine.
    async fn agent_command(
        &self,
        request: Request,
        id: &AgentId,
        command: AgentCommand,
    ) -> Result<Done, CommandError<Refusal>> {
        let stream = StreamName::agent(id);
        self.commands
            .run(request, |view| {
                let events = agent::decide(view.agent(id), command.clone(), self.commands.clock().now())?;
                Ok(NewEvent::all_in(&stream, events))
            })
            .await
    }

    /// Runs a command that a machine gave about itself, at a bounded pace.
    async fn own_command(&self, id: &AgentId, command: AgentCommand, author: Option<Author>) -> Result<(), Problem> {
        let now = self.commands.clock().steady();
        self.changes.check(id, now)?;
        let request = Request::new(Actor::agent(id), [Subject::Agent(id.clone())]).signed_by(author);
        let done = self.agent_command(request, id, command).await?;
        self.changes.spent(id, done.events.len(), now);
        Ok(())
    }

    /// The machine was heard of; an event only where it had been away.
    async fn mark_online(&self, id: &AgentId) -> Result<(), Problem> {
        self.presence.heard(id, self.commands.clock().steady());
        let known = self.projections.agent_directory(|agents| agents.get(id)).is_some_and(|entry| entry.is_online());
        if !known {
            self.own_command(id, AgentCommand::ComeOnline, None).await?;
        }
        Ok(())
    }

    /// The machine said good-bye.
    async fn mark_drained(&self, id: &AgentId) -> Result<(), Problem> {
        self.own_command(id, AgentCommand::GoOffline { reason: OfflineReason::Drained }, None).await
    }

    /// The machine answers with other models than before.
    async fn update_models(&self, id: &AgentId, models: Vec<ModelName>) -> Result<(), Problem> {
        self.own_command(id, AgentCommand::OfferModels { models }, None).await
    }
}
