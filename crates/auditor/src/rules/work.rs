//! Was every result planned, asked for, delivered once, by the one who held the lease, and priced by the lease?

use super::terms;
use edgecoder_events::{
    AccountId, AgentId, Event, MicroCredits, SubtaskIndex, TaskId,
    task::{
        ResourceClass, ReturnReason, SubtaskFinished, SubtaskLeased, SubtaskReturned, SubtaskStopped, TaskPlanned,
        TaskSubmitted, Verdict,
    },
};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

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

#[derive(Debug)]
struct Task {
    account: AccountId,
    resource: ResourceClass,
    spent: u64,
    ended: bool,
    /// What its plan asks for; empty before the plan.
    subtasks: HashMap<SubtaskIndex, Slot>,
}

/// A subtask: how long it may run, how often it was leased, and to whom it is now.
#[derive(Debug)]
struct Slot {
    timeout_ms: u64,
    attempts: u16,
    held: Option<SubtaskLeased>,
    /// The last lease, where it ran out and nobody was given the subtask since.
    lapsed: Option<SubtaskLeased>,
}

impl Work {
    /// Takes in an event; gives what it makes somebody owe, or says which rule it breaks.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only what grants, ends or pays a lease matters here")]
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<Option<Debt>, String> {
        match event {
            Event::TaskSubmitted(it) => self.submit(it).map(|()| None),
            Event::TaskPlanned(planned) => self.plan(planned).map(|()| None),
            Event::SubtaskLeased(leased) => self.lease(entry, leased).map(|()| None),
            Event::SubtaskReturned(returned) => self.take_back(returned).map(|()| None),
            Event::SubtaskFinished(finished) => self.finish(entry, finished),
            Event::SubtaskStopped(stopped) => self.stop(entry, stopped),
            Event::TaskCompleted(it) => self.end(&it.task, it.cost).map(|()| None),
            Event::TaskFailed(it) => self.end(&it.task, it.cost).map(|()| None),
            Event::TaskCancelled(it) => self.end(&it.task, it.cost).map(|()| None),
            _ => Ok(None),
        }
    }

    /// Whether the task is over.
    pub fn has_ended(&self, task: &TaskId) -> bool {
        self.tasks.get(task).is_some_and(|task| task.ended)
    }

    fn submit(&mut self, it: &TaskSubmitted) -> Result<(), String> {
        if self.tasks.contains_key(&it.task) {
            return Err(format!("the task {} is submitted a second time", it.task));
        }
        let (account, resource) = (it.account.clone(), it.resource);
        let task = Task { account, resource, spent: 0, ended: false, subtasks: HashMap::new() };
        self.tasks.insert(it.task.clone(), task);
        Ok(())
    }

    fn plan(&mut self, planned: &TaskPlanned) -> Result<(), String> {
        let task = self.open(&planned.task)?;
        if !task.subtasks.is_empty() {
            return Err(format!("the task {} is planned a second time", planned.task));
        }
        for subtask in &planned.subtasks {
            let slot = Slot { timeout_ms: subtask.timeout_ms, attempts: 0, held: None, lapsed: None };
            task.subtasks.insert(subtask.index, slot);
        }
        planned.subtasks.iter().try_for_each(terms::check_timeout)
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
        let Some(slot) = task.subtasks.get_mut(&leased.subtask) else {
            return Err(format!("no plan of {} has a subtask {}", leased.task, leased.subtask));
        };
        let attempts = std::mem::replace(&mut slot.attempts, leased.attempt);
        let before = slot.held.replace(leased.clone());
        slot.lapsed = None;
        if before.is_some() {
            return Err(format!("{} subtask {} is leased while another lease holds it", leased.task, leased.subtask));
        }
        if attempts.checked_add(1) != Some(leased.attempt) {
            return Err(format!("attempt {} follows attempt {attempts}", leased.attempt));
        }
        terms::check_lease(leased, task.resource, slot.timeout_ms)
    }

    /// Takes the lease away from the one that must hold it.
    fn end_lease(
        &mut self,
        id: &TaskId,
        subtask: SubtaskIndex,
        attempt: u16,
        agent: &AgentId,
    ) -> Result<SubtaskLeased, String> {
        let slot = self.open(id)?.subtasks.get_mut(&subtask);
        let lease = slot.and_then(|slot| slot.held.take_if(|it| it.attempt == attempt && it.agent == *agent));
        lease.ok_or_else(|| format!("{agent} does not hold attempt {attempt} of {id} subtask {subtask}, or no longer"))
    }

    fn take_back(&mut self, it: &SubtaskReturned) -> Result<(), String> {
        let lease = self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)?;
        if it.reason == ReturnReason::LeaseExpired
            && let Some(slot) = self.open(&it.task)?.subtasks.get_mut(&it.subtask)
        {
            slot.lapsed = Some(lease);
        }
        Ok(())
    }

    /// The lease by which a result is delivered, now or after it ran out; it delivers nothing else.
    fn deliver(&mut self, it: &SubtaskFinished) -> Result<SubtaskLeased, String> {
        let slot = self.open(&it.task)?.subtasks.get_mut(&it.subtask);
        let late =
            slot.and_then(|slot| slot.lapsed.take_if(|lease| lease.attempt == it.attempt && lease.agent == it.agent));
        late.map_or_else(|| self.end_lease(&it.task, it.subtask, it.attempt, &it.agent), Ok)
    }

    fn finish(&mut self, entry: &Entry<'_>, it: &SubtaskFinished) -> Result<Option<Debt>, String> {
        let lease = self.deliver(it)?;
        let debt = self.debt(entry, &lease, it.cost)?;
        if it.paid_ms > it.reported_ms {
            return Err(format!("{} ms are paid, the machine worked {} ms", it.paid_ms, it.reported_ms));
        }
        terms::check_price(entry, &lease, it.paid_ms, it.cost, it.verdict)?;
        Ok(debt)
    }

    fn stop(&mut self, entry: &Entry<'_>, it: &SubtaskStopped) -> Result<Option<Debt>, String> {
        let lease = self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)?;
        let debt = self.debt(entry, &lease, it.cost)?;
        terms::check_price(entry, &lease, it.paid_ms, it.cost, Verdict::Passed)?;
        Ok(debt)
    }

    fn debt(&mut self, entry: &Entry<'_>, lease: &SubtaskLeased, amount: MicroCredits) -> Result<Option<Debt>, String> {
        let task = self.open(&lease.task)?;
        task.spent = task.spent.checked_add(amount.micros()).ok_or("the task's cost does not fit")?;
        Ok((!amount.is_zero()).then(|| Debt {
            position: entry.position,
            lease: LeaseName { task: lease.task.clone(), subtask: lease.subtask, attempt: lease.attempt },
            agent: lease.agent.clone(),
            payer: task.account.clone(),
            payee: lease.payee.clone(),
            amount,
        }))
    }

    fn end(&mut self, id: &TaskId, cost: MicroCredits) -> Result<(), String> {
        let task = self.open(id)?;
        task.ended = true;
        let held = task.subtasks.values().any(|slot| slot.held.is_some());
        task.subtasks = HashMap::new();
        if held {
            return Err(format!("the task {id} ends while a machine holds a lease"));
        }
        if cost.micros() != task.spent {
            let spent = MicroCredits::from_micros(task.spent);
            return Err(format!("the task {id} is said to have cost {cost} credits, its results cost {spent}"));
        }
        Ok(())
    }
}
