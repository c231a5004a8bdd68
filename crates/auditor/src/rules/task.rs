//! What is known of one task: who pays, how much was spent, where its subtasks stand, and how it may end.

use super::{
    limits::MAX_REVIEWS,
    promises::Due,
    subtask::Subtask,
    terms,
    work::{Debt, LeaseName},
};
use edgecoder_events::{
    AccountId, MicroCredits, SubtaskIndex, TaskId,
    task::{FailReason, ResourceClass, ReviewDecision, SubtaskLeased, TaskReviewed, TaskSubmitted, Verdict},
};
use edgecoder_ledger::Entry;

#[derive(Debug)]
pub(super) struct Task {
    pub account: AccountId,
    pub resource: ResourceClass,
    budget: MicroCredits,
    spent: MicroCredits,
    pub ended: bool,
    pub completed: bool,
    reviews: u16,
    /// What its plan asks for; empty before the plan.
    pub subtasks: Vec<Subtask>,
}

impl Task {
    pub fn of(it: &TaskSubmitted) -> Self {
        let (account, resource, budget) = (it.account.clone(), it.resource, it.budget);
        let (ended, completed, reviews) = (false, false, 0);
        Self { account, resource, budget, spent: MicroCredits::ZERO, ended, completed, reviews, subtasks: vec![] }
    }

    pub fn subtask(&mut self, index: SubtaskIndex) -> Option<&mut Subtask> {
        self.subtasks.get_mut(usize::from(index.0))
    }

    /// Whether all that the subtask needs has passed.
    pub fn may_begin(&self, index: SubtaskIndex) -> bool {
        let subtask = |index: SubtaskIndex| self.subtasks.get(usize::from(index.0));
        let passed = |needed: &SubtaskIndex| subtask(*needed).is_some_and(Subtask::has_passed);
        subtask(index).is_some_and(|subtask| subtask.depends_on.iter().all(passed))
    }

    /// A machine delivered; gives what follows for the task.
    pub fn take_result(&mut self, index: SubtaskIndex, verdict: Verdict) -> Option<Due> {
        let due = self.subtask(index)?.take_result(verdict);
        let is_done = self.subtasks.iter().all(Subtask::has_passed);
        if is_done { Some(Due::Completed) } else { due }
    }

    /// What the end of a lease makes the submitter owe. It is within the budget.
    pub fn debt(
        &mut self,
        entry: &Entry<'_>,
        lease: &SubtaskLeased,
        amount: MicroCredits,
    ) -> Result<Option<Debt>, String> {
        self.spent = self.spent.checked_add(amount).map_err(|error| error.to_string())?;
        if self.spent > self.budget {
            let (spent, budget) = (self.spent, self.budget);
            return Err(format!("the task {} has cost {spent} credits now, its budget is {budget}", lease.task));
        }
        Ok((!amount.is_zero()).then(|| Debt {
            position: entry.position,
            lease: LeaseName { task: lease.task.clone(), subtask: lease.subtask, attempt: lease.attempt },
            agent: lease.agent.clone(),
            payer: self.account.clone(),
            payee: lease.payee.clone(),
            amount,
        }))
    }

    /// Whether a task may fail for this reason where no result or return made it fail.
    pub fn may_fail(&self, reason: FailReason, named: Option<SubtaskIndex>, schema: u16) -> bool {
        match (reason, named) {
            (FailReason::PlanningFailed | FailReason::NoModel, None) => self.subtasks.is_empty(),
            (FailReason::BudgetExhausted, None) => self.cannot_go_on(),
            (FailReason::AttemptsExhausted, Some(index)) => {
                self.subtasks.get(usize::from(index.0)).is_some_and(Subtask::is_escalated)
            }
            // Schema 1 does not name the subtask.
            (FailReason::AttemptsExhausted, None) if schema == 1 => self.subtasks.iter().any(Subtask::is_escalated),
            (FailReason::AttemptsExhausted | FailReason::ProgramFailed, _) | (_, Some(_)) => false,
        }
    }

    /// Whether no machine is at work, and what is left of the budget may be too little for a subtask that waits for one.
    fn cannot_go_on(&self) -> bool {
        let left = self.budget.saturating_sub(self.spent);
        let is_idle = !self.subtasks.iter().any(|subtask| subtask.is_leased() || subtask.has_failed());
        let mut places = (0..).map(SubtaskIndex).zip(&self.subtasks);
        is_idle
            && places.any(|(index, subtask)| {
                subtask.is_waiting()
                    && self.may_begin(index)
                    && terms::may_be_too_little(left, self.resource, subtask.timeout_ms)
            })
    }

    /// Is judged once it is completed, in words unless it is accepted, and not for ever.
    pub fn review(&mut self, it: &TaskReviewed) -> Result<(), String> {
        self.reviews = self.reviews.saturating_add(1);
        if !self.completed {
            return Err(format!("the task {} is reviewed and was not completed", it.task));
        }
        if it.content.is_none() != (it.decision == ReviewDecision::Accepted) {
            return Err(format!("a review of {} has words that it must not have, or none that it must", it.task));
        }
        if self.reviews > MAX_REVIEWS {
            return Err(format!("the task {} is reviewed more than {MAX_REVIEWS} times", it.task));
        }
        Ok(())
    }

    /// Ends with no lease held, at the cost of its results.
    pub fn end(&mut self, id: &TaskId, cost: MicroCredits) -> Result<(), String> {
        self.ended = true;
        let subtasks = std::mem::take(&mut self.subtasks);
        if subtasks.iter().any(Subtask::is_leased) {
            return Err(format!("the task {id} ends while a machine holds a lease"));
        }
        if cost == self.spent {
            return Ok(());
        }
        Err(format!("the task {id} is said to have cost {cost} credits, its results cost {}", self.spent))
    }
}
