//! Which machine gets which subtask, at what price?

use crate::{Coordinator, work};
use edgecoder_domain::{
    agent, price,
    task::{self, LeaseSubtask, ReturnSubtask, TaskCommand, TaskRefusal},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, Event, PublicKey, TaskId, UnixMillis,
    agent::SandboxMode,
    task::{ReturnReason, SubtaskLeased},
};
use edgecoder_identity::envelope::Envelope;
use edgecoder_projections::{
    agent_directory::NodeEntry,
    ready_queue::{AgentNeeds, Offer, ReadySubtask},
};
use edgecoder_service_kit::{
    commands::{CommandError, Request, Subject},
    http::{Problem, Refusal},
};
use edgecoder_wire::work::LeasedSubtask;
use std::sync::Arc;

/// How many subtasks are looked at for one pull before the machine is told that there is none.
const MAX_TRIES: usize = 16;

/// Machines do not say whether they have one, so none is offered the work of one.
const MACHINES_HAVE_GPUS: bool = false;

/// Leases subtasks to machines.
pub struct Scheduler<'a>(pub(crate) &'a Coordinator);

/// What the directory says of the machine that asks.
struct Asker {
    id: AgentId,
    payee: AccountId,
    envelope_key: PublicKey,
    needs: AgentNeeds,
}

/// What came of trying to lease one subtask.
enum Tried {
    Leased(Box<SubtaskLeased>),
    /// It is no longer to be had; the log will say why.
    Gone,
    /// Its budget is bound by other leases.
    Parked,
}

impl Scheduler<'_> {
    /// The next subtask for `agent`, leased and sealed; `None` where there is none for it.
    pub async fn lease_next(&self, agent: &AgentId) -> Result<Option<LeasedSubtask<Envelope>>, Problem> {
        let asker = self.asker(agent)?;
        for _ in 0..MAX_TRIES {
            let Some(claimed) = self.claim(&asker) else { return Ok(None) };
            match self.try_lease(&asker, &claimed).await {
                Ok(Tried::Leased(lease)) => {
                    if let Some(sealed) = self.seal(&asker, &claimed, &lease).await {
                        return Ok(Some(sealed));
                    }
                }
                Ok(Tried::Gone) => {}
                Ok(Tried::Parked) => {
                    self.0.projections.park(&claimed.task, claimed.subtask);
                }
                Err(problem) => {
                    self.0.projections.give_back(&claimed.task, claimed.subtask);
                    return Err(problem);
                }
            }
        }
        Ok(None)
    }

    /// When work that is kept from the machines of this one's owner after `now` may be theirs again.
    pub fn next_hold_end(&self, agent: &AgentId, now: UnixMillis) -> Result<Option<UnixMillis>, Problem> {
        let asker = self.asker(agent)?;
        Ok(self.0.projections.ready_queue(|queue| queue.next_hold_end(&asker.needs.owner, now)))
    }

    fn asker(&self, id: &AgentId) -> Result<Asker, Problem> {
        let entry = self.0.projections.agent_directory(|agents| agents.get(id));
        entry.as_deref().and_then(|entry| Asker::of(id, entry)).ok_or_else(|| {
            let detail = "this machine runs code without a sandbox: it gets no work of the swarm (SANDBOX_MODE)";
            Problem::forbidden("sandbox_required", detail)
        })
    }

    /// Nothing where the machine holds as much as it has places for.
    fn claim(&self, asker: &Asker) -> Option<ReadySubtask> {
        self.0.projections.claim(&asker.needs, self.0.commands.clock().now())
    }

    async fn try_lease(&self, asker: &Asker, claimed: &ReadySubtask) -> Result<Tried, Problem> {
        let price_per_ms = price::per_ms(claimed.resource, self.load_permille());
        // About the machine too: the append is refused where it is shut out between this look and the record.
        let subjects = [Subject::Task(claimed.task.clone()), Subject::Agent(asker.id.clone())];
        let request = Request::new(Actor::agent(&asker.id), subjects);
        let done = self
            .0
            .commands
            .run(request, |view| {
                let now = self.0.commands.clock().now();
                agent::may_take_part(view.agent(&asker.id), now)?;
                let command = TaskCommand::Lease(LeaseSubtask {
                    subtask: claimed.subtask,
                    agent: asker.id.clone(),
                    payee: asker.payee.clone(),
                    now,
                    price_per_ms,
                });
                Ok::<_, Refusal>(task::decide(view.task(&claimed.task), command)?)
            })
            .await;
        match done {
            Ok(done) => {
                Ok(done.events.into_iter().find_map(|new| leased(new.event)).map_or(Tried::Gone, Tried::Leased))
            }
            Err(CommandError::Refused(Refusal::Task(TaskRefusal::BudgetBound))) => Ok(Tried::Parked),
            // The machine may not work: the subtask is another's.
            Err(CommandError::Refused(refusal @ Refusal::Agent(_))) => Err(refusal.into()),
            Err(CommandError::Refused(_)) => Ok(Tried::Gone),
            Err(error) => Err(error.into()),
        }
    }

    /// Work that no machine can take has no say in the price: nobody is busy because of it. And no account alone moves
    /// it beyond the ordinary, by work that it may withdraw unpaid.
    fn load_permille(&self) -> u64 {
        let now = self.0.commands.clock().now();
        let workers: Vec<_> = self
            .0
            .projections
            .agent_directory(|agents| agents.workers(now).map(|(_, entry)| Arc::clone(entry)).collect());
        let offers = workers.iter().filter_map(|entry| offer(entry));
        let waiting = self.0.projections.ready_queue(|queue| queue.takeable(offers, workers.len()));
        price::load_permille(waiting as u64, workers.len() as u64)
    }

    /// The sealed work of a fresh lease. Where it can not be made the lease is given back.
    async fn seal(
        &self,
        asker: &Asker,
        claimed: &ReadySubtask,
        lease: &SubtaskLeased,
    ) -> Option<LeasedSubtask<Envelope>> {
        match work::sealed(self.0, claimed, lease, &asker.envelope_key).await {
            Ok(sealed) => Some(sealed),
            Err(error) => {
                tracing::warn!(task.id = %claimed.task, subtask.index = claimed.subtask.0, %error, "work could not be sealed");
                let returned = ReturnSubtask {
                    subtask: lease.subtask,
                    attempt: lease.attempt,
                    agent: lease.agent.clone(),
                    reason: ReturnReason::AgentUnable,
                    now: self.0.commands.clock().now(),
                };
                // Where this fails too, the lease runs out by itself.
                let _runs_out = self.0.return_lease(Actor::system("scheduler"), &claimed.task, returned).await;
                if error.is_forgotten() {
                    self.cancel(&claimed.task).await;
                }
                None
            }
        }
    }

    /// Ends a task that was submitted while its owner was being forgotten: nobody can ever do it.
    async fn cancel(&self, task: &TaskId) {
        let request = Request::new(Actor::system("scheduler"), [Subject::Task(task.clone())]);
        let command = TaskCommand::Cancel { now: self.0.commands.clock().now() };
        if let Err(error) = self.0.task_command(request, task, &command).await {
            tracing::warn!(task.id = %task, %error, "a task that opens for nobody could not be cancelled yet");
        }
    }
}

impl Asker {
    fn of(id: &AgentId, entry: &NodeEntry) -> Option<Self> {
        let (registration, enrolment) = (entry.registration()?, entry.enrolment()?);
        let capabilities = &registration.capabilities;
        if capabilities.sandbox == SandboxMode::None {
            return None;
        }
        Some(Self {
            id: id.clone(),
            payee: enrolment.owner.clone(),
            envelope_key: registration.envelope_key,
            needs: AgentNeeds {
                agent: id.clone(),
                owner: enrolment.owner.clone(),
                languages: capabilities.languages.clone(),
                models: capabilities.models.clone(),
                gpu: MACHINES_HAVE_GPUS,
                places: usize::from(capabilities.max_concurrent_tasks),
            },
        })
    }
}

fn offer(entry: &NodeEntry) -> Option<Offer<'_>> {
    let capabilities = &entry.registration()?.capabilities;
    Some(Offer { languages: &capabilities.languages, models: &capabilities.models, gpu: MACHINES_HAVE_GPUS })
}

fn leased(event: Event) -> Option<Box<SubtaskLeased>> {
    if let Event::SubtaskLeased(lease) = event { Some(Box::new(lease)) } else { None }
}
