//! Was every result asked for, delivered once, by the one who held the lease, and priced by the lease?

use edgecoder_events::{
    AccountId, AgentId, Event, MicroCredits, SubtaskIndex, TaskId,
    task::{SubtaskFinished, SubtaskLeased, SubtaskStopped, Verdict},
};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// A failed result is worth six tenths.
const FAILED_TENTHS: u128 = 6;

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
    spent: u64,
    ended: bool,
    leases: HashMap<SubtaskIndex, Slot>,
}

/// A subtask: how often it was leased, and to whom it is now.
#[derive(Debug, Default)]
struct Slot {
    attempts: u16,
    held: Option<SubtaskLeased>,
}

impl Work {
    /// Takes in an event; gives what it makes somebody owe, or says which rule it breaks.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only what grants, ends or pays a lease matters here")]
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<Option<Debt>, String> {
        match event {
            Event::TaskSubmitted(it) => self.submit(&it.task, &it.account).map(|()| None),
            Event::SubtaskLeased(leased) => self.lease(entry, leased).map(|()| None),
            Event::SubtaskReturned(it) => self.end_lease(&it.task, it.subtask, it.attempt, &it.agent).map(|_| None),
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

    fn submit(&mut self, id: &TaskId, account: &AccountId) -> Result<(), String> {
        if self.tasks.contains_key(id) {
            return Err(format!("the task {id} is submitted a second time"));
        }
        let task = Task { account: account.clone(), spent: 0, ended: false, leases: HashMap::new() };
        self.tasks.insert(id.clone(), task);
        Ok(())
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
        let slot = self.open(&leased.task)?.leases.entry(leased.subtask).or_default();
        let attempts = std::mem::replace(&mut slot.attempts, leased.attempt);
        let before = slot.held.replace(leased.clone());
        if before.is_some() {
            return Err(format!("{} subtask {} is leased while another lease holds it", leased.task, leased.subtask));
        }
        if attempts.checked_add(1) != Some(leased.attempt) {
            return Err(format!("attempt {} follows attempt {attempts}", leased.attempt));
        }
        Ok(())
    }

    /// Takes the lease away from the one that must hold it.
    fn end_lease(
        &mut self,
        id: &TaskId,
        subtask: SubtaskIndex,
        attempt: u16,
        agent: &AgentId,
    ) -> Result<SubtaskLeased, String> {
        let slot = self.open(id)?.leases.get_mut(&subtask);
        let lease = slot.and_then(|slot| slot.held.take_if(|it| it.attempt == attempt && it.agent == *agent));
        lease.ok_or_else(|| format!("{agent} does not hold attempt {attempt} of {id} subtask {subtask}, or no longer"))
    }

    fn finish(&mut self, entry: &Entry<'_>, it: &SubtaskFinished) -> Result<Option<Debt>, String> {
        let lease = self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)?;
        let debt = self.debt(entry, &lease, it.cost)?;
        if it.paid_ms > it.reported_ms {
            return Err(format!("{} ms are paid, the machine worked {} ms", it.paid_ms, it.reported_ms));
        }
        check_price(entry, &lease, it.paid_ms, it.cost, it.verdict)?;
        Ok(debt)
    }

    fn stop(&mut self, entry: &Entry<'_>, it: &SubtaskStopped) -> Result<Option<Debt>, String> {
        let lease = self.end_lease(&it.task, it.subtask, it.attempt, &it.agent)?;
        let debt = self.debt(entry, &lease, it.cost)?;
        check_price(entry, &lease, it.paid_ms, it.cost, Verdict::Passed)?;
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
        let held = task.leases.values().any(|slot| slot.held.is_some());
        task.leases = HashMap::new();
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

fn check_price(
    entry: &Entry<'_>,
    lease: &SubtaskLeased,
    paid_ms: u64,
    cost: MicroCredits,
    verdict: Verdict,
) -> Result<(), String> {
    let held_ms = entry.recorded_at_ms.saturating_sub(lease.granted_at.0).min(lease.limit_ms);
    if paid_ms > held_ms {
        return Err(format!("{paid_ms} ms are paid, the lease lasted {held_ms} ms"));
    }
    let full = u128::from(paid_ms) * u128::from(lease.price_per_ms.micros());
    let price = match verdict {
        Verdict::Passed => full,
        Verdict::Failed => full * FAILED_TENTHS / 10,
    };
    if u128::from(cost.micros()) == price {
        return Ok(());
    }
    Err(format!("the cost is {} micro-credits, {paid_ms} ms at the lease's price are {price}", cost.micros()))
}
