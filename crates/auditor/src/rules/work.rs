//! Was every result planned, asked for, delivered once, by the one who held the lease, and priced by the lease?

use super::{actors, plan, promises::Due, subtask::Subtask, task::Task, terms};
use edgecoder_events::{
    AccountId, AgentId, CreditEvent, Event, Family, MicroCredits, SubtaskIndex, TaskEvent, TaskId,
    task::{
        SubtaskFinished, SubtaskLeased, SubtaskReturned, SubtaskStopped, TaskAnswered, TaskCancelled, TaskCompleted,
        TaskEscalated, TaskFailed, TaskPlanned, TaskReviewed, TaskSubmitted, Verdict,
    },
};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// What an event makes follow.
#[derive(Debug, Default)]
pub(super) struct Follows {
    pub debt: Option<Debt>,
    pub due: Option<(TaskId, Due)>,
}

impl Follows {
    fn due(task: &TaskId, due: Option<Due>) -> Self {
        Self { debt: None, due: due.map(|due| (task.clone(), due)) }
    }
}

/// What a finished or stopped lease costs its payer. It must be paid by the same append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Debt {
    pub position: u64,
    pub lease: LeaseName,
    pub agent: AgentId,
    pub payer: AccountId,
    pub payee: AccountId,
    pub amount: MicroCredits,
}

/// Names a lease for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LeaseName {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
}

/// The tasks and the leases that are open.
#[derive(Debug, Default)]
pub(super) struct Work {
    tasks: HashMap<TaskId, Task>,
}

impl Work {
    /// Takes in an event; gives what follows from it, or says which rule it breaks. `was_due` says whether it follows
    /// itself from the event before.
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event, was_due: bool) -> Result<Follows, String> {
        match event.family() {
            Family::Task(event) => self.go_on(entry, event, was_due),
            Family::Credit(event) => check_set_aside(event, was_due).map(|()| Follows::default()),
            Family::Ledger(_) | Family::Node(_) | Family::Agent(_) | Family::Anchor(_) | Family::Person(_) => {
                Ok(Follows::default())
            }
        }
    }

    fn go_on(&mut self, entry: &Entry<'_>, event: TaskEvent<'_>, was_due: bool) -> Result<Follows, String> {
        match event {
            TaskEvent::TaskSubmitted(it) => return self.submit(it),
            TaskEvent::SubtaskReturned(it) => return self.take_back(it),
            TaskEvent::SubtaskFinished(it) => return self.finish(entry, it),
            TaskEvent::SubtaskStopped(it) => return self.stop(entry, it),
            TaskEvent::TaskPlanned(it) => self.plan(entry, it),
            TaskEvent::SubtaskLeased(it) => self.lease(entry, it),
            TaskEvent::TaskEscalated(it) => self.escalate(it, was_due),
            TaskEvent::SubtaskRevised(it) => self.revise(&it.task, it.subtask),
            TaskEvent::TaskCompleted(it) => self.complete(it, was_due),
            TaskEvent::TaskFailed(it) => self.fail(entry.schema, it, was_due),
            TaskEvent::TaskCancelled(it) => self.cancel(entry, it),
            TaskEvent::TaskAnswered(it) => self.answer(entry, it),
            TaskEvent::TaskReviewed(it) => self.review(entry, it),
        }
        .map(|()| Follows::default())
    }

    /// Whether the task is over.
    pub fn has_ended(&self, task: &TaskId) -> bool {
        self.tasks.get(task).is_some_and(|task| task.ended)
    }

    fn submit(&mut self, it: &TaskSubmitted) -> Result<Follows, String> {
        if self.tasks.contains_key(&it.task) {
            return Err(format!("the task {} is submitted a second time", it.task));
        }
        self.tasks.insert(it.task.clone(), Task::of(it));
        if it.budget.is_zero() {
            return Err(format!("the task {} has no budget", it.task));
        }
        Ok(Follows::due(&it.task, Some(Due::of_submission(it))))
    }

    fn plan(&mut self, entry: &Entry<'_>, planned: &TaskPlanned) -> Result<(), String> {
        let task = self.open(&planned.task)?;
        if !task.subtasks.is_empty() {
            return Err(format!("the task {} is planned a second time", planned.task));
        }
        task.subtasks = planned.subtasks.iter().map(Subtask::of).collect();
        if !actors::speaks_for(entry.actor, &task.account) {
            return Err(format!("{:?} plans a task of {}", entry.actor, task.account));
        }
        plan::check(&planned.subtasks)
    }

    fn open(&mut self, id: &TaskId) -> Result<&mut Task, String> {
        match self.tasks.get_mut(id) {
            Some(task) if !task.ended => Ok(task),
            Some(_) => Err(format!("the task {id} had ended before")),
            None => Err(format!("nobody submitted the task {id}")),
        }
    }

    fn lease(&mut self, entry: &Entry<'_>, leased: &SubtaskLeased) -> Result<(), String> {
        if leased.granted_at.0 > entry.recorded_at_ms {
            return Err(format!(
                "the lease begins {} ms after it is recorded",
                leased.granted_at.0 - entry.recorded_at_ms
            ));
        }
        let task = self.open(&leased.task)?;
        let (resource, is_needed) = (task.resource, task.may_begin(leased.subtask));
        let Some(subtask) = task.subtask(leased.subtask) else {
            return Err(format!("no plan of {} has a subtask {}", leased.task, leased.subtask));
        };
        subtask.lease(leased)?;
        if !is_needed {
            return Err(format!("{} subtask {} is leased before what it needs", leased.task, leased.subtask));
        }
        terms::check_lease(leased, resource, subtask.timeout_ms)
    }

    /// Takes the lease away from the one that must hold it.
    fn end_lease(
        &mut self,
        id: &TaskId,
        subtask: SubtaskIndex,
        attempt: u16,
        agent: &AgentId,
    ) -> Result<SubtaskLeased, String> {
        let subtask_held = self.open(id)?.subtask(subtask);
        let lease = subtask_held.and_then(|it| it.end_lease(|it| it.attempt == attempt && it.agent == *agent));
        lease.ok_or_else(|| format!("{agent} does not hold attempt {attempt} of {id} subtask {subtask}, or no longer"))
    }

    fn take_back(&mut self, it: &SubtaskReturned) -> Result<Follows, String> {
        let lease = self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)?;
        let due = self.open(&it.task)?.subtask(it.subtask).and_then(|subtask| subtask.come_back(lease, it.reason));
        Ok(Follows::due(&it.task, due))
    }

    /// The lease by which a result is delivered, now or after it ran out; it delivers nothing else.
    fn deliver(&mut self, it: &SubtaskFinished) -> Result<SubtaskLeased, String> {
        if let Some(subtask) = self.open(&it.task)?.subtask(it.subtask) {
            let is_meant = |lease: &mut SubtaskLeased| lease.attempt == it.attempt && lease.agent == it.agent;
            if let Some(late) = subtask.lapsed.take_if(is_meant) {
                subtask.was_not_silent(&late.payee);
                return Ok(late);
            }
        }
        self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)
    }

    fn finish(&mut self, entry: &Entry<'_>, it: &SubtaskFinished) -> Result<Follows, String> {
        let lease = self.deliver(it)?;
        let task = self.open(&it.task)?;
        let due = task.take_result(it.subtask, it.verdict);
        let debt = task.debt(entry, &lease, it.cost)?;
        if it.paid_ms > it.reported_ms {
            return Err(format!("{} ms are paid, the machine worked {} ms", it.paid_ms, it.reported_ms));
        }
        terms::check_price(entry, &lease, it.paid_ms, it.cost, it.verdict)?;
        Ok(Follows { debt, ..Follows::due(&it.task, due) })
    }

    fn stop(&mut self, entry: &Entry<'_>, it: &SubtaskStopped) -> Result<Follows, String> {
        let lease = self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)?;
        let debt = self.open(&it.task)?.debt(entry, &lease, it.cost)?;
        terms::check_price(entry, &lease, it.paid_ms, it.cost, Verdict::Passed)?;
        Ok(Follows { debt, ..Follows::due(&it.task, Some(Due::Ended)) })
    }

    fn escalate(&mut self, it: &TaskEscalated, was_due: bool) -> Result<(), String> {
        let subtask = self.open(&it.task)?.subtask(it.subtask).filter(|_| was_due);
        let broken = || format!("better code is asked for {} subtask {} before its time", it.task, it.subtask);
        subtask.map(Subtask::escalate).ok_or_else(broken)
    }

    fn revise(&mut self, id: &TaskId, index: SubtaskIndex) -> Result<(), String> {
        let subtask = self.open(id)?.subtask(index).filter(|it| it.is_escalated());
        subtask.map(Subtask::revise).ok_or_else(|| format!("nobody asked better code for {id} subtask {index}"))
    }

    fn answer(&mut self, entry: &Entry<'_>, it: &TaskAnswered) -> Result<(), String> {
        let task = self.open(&it.task)?;
        if !actors::is_account(entry.actor, &task.account) {
            return Err(format!("{:?} answers for {}", entry.actor, task.account));
        }
        let subtask = task.subtask(it.subtask).filter(|subtask| subtask.is_escalated());
        let may = subtask.ok_or_else(|| format!("nobody asked {} about subtask {}", it.task, it.subtask))?.answer();
        may.then_some(()).ok_or_else(|| format!("{} subtask {} is answered too often", it.task, it.subtask))
    }

    fn complete(&mut self, it: &TaskCompleted, was_due: bool) -> Result<(), String> {
        let task = self.open(&it.task)?;
        task.completed = true;
        task.end(&it.task, it.cost)?;
        if was_due {
            return Ok(());
        }
        Err(format!("the task {} is completed, and no last result of it passed here", it.task))
    }

    fn fail(&mut self, schema: u16, it: &TaskFailed, was_due: bool) -> Result<(), String> {
        let task = self.open(&it.task)?;
        let may_fail = was_due || task.may_fail(it.reason, it.subtask, schema);
        task.end(&it.task, it.cost)?;
        if may_fail {
            return Ok(());
        }
        let by = it.subtask.map(|subtask| format!(" by its subtask {subtask}")).unwrap_or_default();
        Err(format!("the task {} is said to have failed{by}: {:?}, which is not so", it.task, it.reason))
    }

    fn cancel(&mut self, entry: &Entry<'_>, it: &TaskCancelled) -> Result<(), String> {
        let task = self.open(&it.task)?;
        task.end(&it.task, it.cost)?;
        if actors::speaks_for(entry.actor, &task.account) {
            return Ok(());
        }
        Err(format!("{:?} cancels a task of {}", entry.actor, task.account))
    }

    fn review(&mut self, entry: &Entry<'_>, it: &TaskReviewed) -> Result<(), String> {
        let nobody = || format!("nobody submitted the task {}", it.task);
        let task = self.tasks.get_mut(&it.task).ok_or_else(nobody)?;
        task.review(it)?;
        if actors::is_account(entry.actor, &task.account) {
            return Ok(());
        }
        Err(format!("{:?} reviews a task of {}", entry.actor, task.account))
    }
}

/// Credit is set aside where a task is submitted, and nowhere else.
fn check_set_aside(event: CreditEvent<'_>, was_due: bool) -> Result<(), String> {
    match event {
        CreditEvent::CreditsReserved(it) if !was_due => {
            Err(format!("{} sets credit aside for {}, which is not submitted here", it.account, it.task))
        }
        CreditEvent::CreditsReserved(_)
        | CreditEvent::AccountOpened(_)
        | CreditEvent::CreditsIssued(_)
        | CreditEvent::CreditsSpent(_)
        | CreditEvent::CreditsEarned(_)
        | CreditEvent::CreditsReleased(_) => Ok(()),
    }
}
