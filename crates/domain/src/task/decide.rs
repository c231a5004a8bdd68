//! A command becomes events and the payments that follow from them, or a refusal.

use super::{
    Ending, FinishSubtask, LeaseSubtask, MAX_ANSWERS, MAX_ATTEMPTS, MAX_REVIEWS, MAX_UNUSED_LEASES, MIN_LEASE_MS,
    ReturnSubtask, Review, Subtask, SubtaskState, Task, TaskCommand, TaskRefusal,
    plan::{self, PlanError},
    state::Lease,
};
use crate::{Aggregate, price, settlement};
use edgecoder_events::{
    AgentId, BlobRef, Event, NewEvent, SubtaskIndex, TaskId, UnixMillis,
    task::{
        FailReason, PlannedSubtask, Planner, ReviewDecision, SubtaskFinished, SubtaskLeased, SubtaskReturned,
        SubtaskRevised, SubtaskStopped, TaskAnswered, TaskCancelled, TaskCompleted, TaskEscalated, TaskFailed,
        TaskPlanned, TaskReviewed, TaskSubmitted, Verdict, WorkKind,
    },
};

type Decision = Result<Vec<Event>, TaskRefusal>;

/// Turns a command into events, each in its stream and with the payments that it causes; or says why not.
pub fn decide(task: &Task, command: TaskCommand) -> Result<Vec<NewEvent>, TaskRefusal> {
    Ok(settlement::with_payments(task, unpaid(task, command)?))
}

/// The events of the task alone: nobody may append them without their payments.
pub(super) fn unpaid(task: &Task, command: TaskCommand) -> Decision {
    match (task.identity(), task.ending(), command) {
        (None, _, TaskCommand::Submit(submitted)) => submit(submitted),
        (Some(_), _, TaskCommand::Submit(_)) => Err(TaskRefusal::TaskExists),
        (None, _, _) => Err(TaskRefusal::NoSuchTask),
        (Some(_), Some(Ending::Cancelled), TaskCommand::Cancel { .. }) => Ok(vec![]),
        (Some(it), Some(_), TaskCommand::Return(returned)) => Open { task, id: &it.task }.take_back(returned),
        (Some(it), Some(Ending::Completed), TaskCommand::Review(said)) => review(task, &it.task, said),
        (Some(_), _, TaskCommand::Review(_)) => Err(TaskRefusal::NotCompleted),
        (Some(_), Some(ending), _) => Err(TaskRefusal::Ended(ending)),
        (Some(it), None, command) => Open { task, id: &it.task }.decide(command),
    }
}

fn submit(submitted: TaskSubmitted) -> Decision {
    if submitted.budget.is_zero() {
        return Err(TaskRefusal::NoBudget);
    }
    Ok(vec![submitted.into()])
}

/// Saying yes twice says nothing more; other words are new ones.
fn review(task: &Task, id: &TaskId, said: Review) -> Decision {
    let (decision, content) = match said {
        Review::Accept => (ReviewDecision::Accepted, None),
        Review::Reject { reason } => (ReviewDecision::Rejected, Some(reason)),
        Review::Edit { diff } => (ReviewDecision::Edited, Some(diff)),
    };
    if content.is_none() && task.review() == Some(decision) {
        return Ok(vec![]);
    }
    if task.reviews() >= MAX_REVIEWS {
        return Err(TaskRefusal::ReviewedTooOften);
    }
    Ok(vec![TaskReviewed { task: id.clone(), decision, content }.into()])
}

/// By which lease a result is delivered, and how much of its time the budget still pays for.
struct Delivery<'a> {
    subtask: &'a Subtask,
    lease: &'a Lease,
    most_ms: u64,
}

/// A task that was submitted. Once it has ended, all it is asked is whether a lease is over.
struct Open<'a> {
    task: &'a Task,
    id: &'a TaskId,
}

impl Open<'_> {
    fn decide(&self, command: TaskCommand) -> Decision {
        match command {
            TaskCommand::Submit(_) => Err(TaskRefusal::TaskExists),
            TaskCommand::Plan { planner, subtasks } => self.plan(planner, subtasks),
            TaskCommand::AbandonPlanning { .. } if self.task.is_planned() => Err(TaskRefusal::PlannedAlready),
            TaskCommand::AbandonPlanning { reason, now } => Ok(self.fail_after(vec![], reason, None, now)),
            TaskCommand::Lease(wanted) => self.lease(wanted),
            TaskCommand::Return(returned) => self.take_back(returned),
            TaskCommand::Finish(finish) => self.finish(finish),
            TaskCommand::Revise { subtask, content } => self.revise(subtask, content),
            TaskCommand::Answer { subtask, content } => self.answer(subtask, content),
            TaskCommand::AbandonRevision { subtask, now } => self.abandon_revision(subtask, now),
            TaskCommand::Cancel { now } => {
                Ok(self.end_after(vec![], now, |task, cost| TaskCancelled { task, cost }.into()))
            }
            TaskCommand::Review(_) => Err(TaskRefusal::NotCompleted),
        }
    }

    fn plan(&self, planner: Planner, subtasks: Vec<PlannedSubtask>) -> Decision {
        if self.task.is_planned() {
            return Err(TaskRefusal::PlannedAlready);
        }
        plan::check(&subtasks).map_err(|error: PlanError| TaskRefusal::Plan(error))?;
        Ok(vec![TaskPlanned { task: self.id.clone(), planner, subtasks }.into()])
    }

    fn lease(&self, wanted: LeaseSubtask) -> Decision {
        let subtask = self.subtask(wanted.subtask)?;
        if !self.task.is_ready(subtask) {
            return Err(TaskRefusal::NotReady);
        }
        let affordable_ms = price::affordable_ms(self.task.budget_free(), wanted.price_per_ms);
        let limit_ms = subtask.plan.timeout_ms.min(affordable_ms);
        if limit_ms < subtask.plan.timeout_ms.min(MIN_LEASE_MS) {
            let others = self.task.leases().next().is_some();
            return if others {
                Err(TaskRefusal::BudgetBound)
            } else {
                Ok(self.fail_after(vec![], FailReason::BudgetExhausted, None, wanted.now))
            };
        }
        let leased = SubtaskLeased {
            task: self.id.clone(),
            subtask: wanted.subtask,
            attempt: subtask.attempts.saturating_add(1),
            agent: wanted.agent,
            payee: wanted.payee,
            granted_at: wanted.now,
            limit_ms,
            price_per_ms: wanted.price_per_ms,
        };
        Ok(vec![leased.into()])
    }

    fn take_back(&self, back: ReturnSubtask) -> Decision {
        let ReturnSubtask { subtask: index, attempt, agent, reason, now } = back;
        let (subtask, lease) = match self.held(index, attempt, &agent) {
            Ok(held) => held,
            Err(TaskRefusal::LeaseOver) => return Ok(vec![]),
            Err(refusal) => return Err(refusal),
        };
        let returned = SubtaskReturned { task: self.id.clone(), subtask: index, attempt, agent, reason }.into();
        let goes_on = if subtask.is_no_attempt(reason, &lease.payee) {
            subtask.unused_leases.saturating_add(1) < MAX_UNUSED_LEASES
        } else {
            attempts_are_left(subtask)
        };
        if goes_on {
            return Ok(vec![returned]);
        }
        Ok(self.fail_after(vec![returned], FailReason::AttemptsExhausted, Some(index), now))
    }

    fn finish(&self, finish: FinishSubtask) -> Decision {
        let Delivery { subtask, lease, most_ms } = self.delivery(&finish)?;
        let paid_ms = finish.reported_ms.min(lease.held_ms(finish.now)).min(most_ms);
        let finished = SubtaskFinished {
            task: self.id.clone(),
            subtask: finish.subtask,
            attempt: finish.attempt,
            agent: finish.agent,
            verdict: finish.verdict,
            report: finish.report,
            report_digest: finish.report_digest,
            reported_ms: finish.reported_ms,
            paid_ms,
            cost: price::of_result(paid_ms, lease.price_per_ms, finish.verdict),
        };
        let events = vec![Event::from(finished)];
        let failed = Some(finish.subtask);
        match (finish.verdict, subtask.plan.work) {
            (Verdict::Passed, _) if self.all_passed_after(&events) => {
                Ok(self.end_after(events, finish.now, |task, cost| TaskCompleted { task, cost }.into()))
            }
            (Verdict::Passed, _) => Ok(events),
            (Verdict::Failed, WorkKind::Program) => {
                Ok(self.fail_after(events, FailReason::ProgramFailed, failed, finish.now))
            }
            (Verdict::Failed, WorkKind::Prompt) if self.attempts_are_left_after(&events, subtask) => Ok(events),
            (Verdict::Failed, WorkKind::Prompt) if !subtask.revised => {
                let escalated = TaskEscalated { task: self.id.clone(), subtask: finish.subtask };
                Ok([events, vec![escalated.into()]].concat())
            }
            (Verdict::Failed, WorkKind::Prompt) => {
                Ok(self.fail_after(events, FailReason::AttemptsExhausted, failed, finish.now))
            }
        }
    }

    fn revise(&self, index: SubtaskIndex, content: BlobRef) -> Decision {
        match self.subtask(index)?.state {
            SubtaskState::Escalated => {
                Ok(vec![SubtaskRevised { task: self.id.clone(), subtask: index, content }.into()])
            }
            SubtaskState::Waiting | SubtaskState::Leased(_) | SubtaskState::Passed | SubtaskState::Failed => {
                Err(TaskRefusal::NotEscalated)
            }
        }
    }

    fn answer(&self, index: SubtaskIndex, content: BlobRef) -> Decision {
        let subtask = self.subtask(index)?;
        match subtask.state {
            SubtaskState::Escalated if subtask.answers >= MAX_ANSWERS => Err(TaskRefusal::AnsweredTooOften),
            SubtaskState::Escalated => Ok(vec![TaskAnswered { task: self.id.clone(), subtask: index, content }.into()]),
            SubtaskState::Waiting | SubtaskState::Leased(_) | SubtaskState::Passed | SubtaskState::Failed => {
                Err(TaskRefusal::NotEscalated)
            }
        }
    }

    fn abandon_revision(&self, index: SubtaskIndex, now: UnixMillis) -> Decision {
        match self.subtask(index)?.state {
            SubtaskState::Escalated => Ok(self.fail_after(vec![], FailReason::AttemptsExhausted, Some(index), now)),
            SubtaskState::Waiting | SubtaskState::Leased(_) | SubtaskState::Passed | SubtaskState::Failed => {
                Err(TaskRefusal::NotEscalated)
            }
        }
    }

    fn subtask(&self, index: SubtaskIndex) -> Result<&Subtask, TaskRefusal> {
        self.task.subtask(index).ok_or(TaskRefusal::NoSuchSubtask(index))
    }

    /// The subtask and the lease that `agent` says it holds.
    fn held(&self, index: SubtaskIndex, attempt: u16, agent: &AgentId) -> Result<(&Subtask, &Lease), TaskRefusal> {
        let subtask = self.subtask(index)?;
        match self.task.lease(index) {
            Some(lease) if lease.attempt == attempt && lease.agent == *agent => Ok((subtask, lease)),
            Some(lease) if lease.attempt == attempt => Err(TaskRefusal::NotLeaseHolder),
            Some(_) | None if attempt >= 1 && attempt <= subtask.attempts => Err(TaskRefusal::LeaseOver),
            Some(_) | None => Err(TaskRefusal::NotLeaseHolder),
        }
    }

    /// The lease that a result is delivered by: the one that holds the subtask, or the one that ran out and that nobody
    /// followed. The latter binds nothing of the budget any more, so it is paid from what the others leave.
    fn delivery(&self, finish: &FinishSubtask) -> Result<Delivery<'_>, TaskRefusal> {
        match self.held(finish.subtask, finish.attempt, &finish.agent) {
            Ok((subtask, lease)) => Ok(Delivery { subtask, lease, most_ms: lease.limit_ms }),
            Err(TaskRefusal::LeaseOver) => {
                let subtask = self.subtask(finish.subtask)?;
                let lapsed =
                    subtask.lapsed.as_ref().filter(|it| it.attempt == finish.attempt && it.agent == finish.agent);
                let lease = lapsed.ok_or(TaskRefusal::LeaseOver)?;
                let most_ms = price::affordable_ms(self.task.budget_free(), lease.price_per_ms);
                Ok(Delivery { subtask, lease, most_ms })
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn all_passed_after(&self, events: &[Event]) -> bool {
        let after = self.after(events);
        after.subtasks().iter().all(|subtask| subtask.state == SubtaskState::Passed)
    }

    fn attempts_are_left_after(&self, events: &[Event], subtask: &Subtask) -> bool {
        self.after(events).subtask(subtask.plan.index).is_some_and(attempts_are_left)
    }

    fn after(&self, events: &[Event]) -> Task {
        let mut after = self.task.clone();
        for event in events {
            after.evolve(event);
        }
        after
    }

    fn fail_after(
        &self,
        events: Vec<Event>,
        reason: FailReason,
        subtask: Option<SubtaskIndex>,
        now: UnixMillis,
    ) -> Vec<Event> {
        self.end_after(events, now, |task, cost| TaskFailed { task, reason, cost, subtask }.into())
    }

    /// Ends the task after `events`: machines that still hold leases are paid for their time, then `end` follows.
    fn end_after(
        &self,
        mut events: Vec<Event>,
        now: UnixMillis,
        end: impl FnOnce(TaskId, edgecoder_events::MicroCredits) -> Event,
    ) -> Vec<Event> {
        let mut after = self.after(&events);
        let stops: Vec<Event> = after.leases().map(|(index, lease)| self.stop(index, lease, now)).collect();
        for stop in &stops {
            after.evolve(stop);
        }
        events.extend(stops);
        events.push(end(self.id.clone(), after.spent()));
        events
    }

    fn stop(&self, subtask: SubtaskIndex, lease: &Lease, now: UnixMillis) -> Event {
        let paid_ms = lease.held_ms(now);
        let stopped = SubtaskStopped {
            task: self.id.clone(),
            subtask,
            attempt: lease.attempt,
            agent: lease.agent.clone(),
            paid_ms,
            cost: price::of_time(paid_ms, lease.price_per_ms),
        };
        stopped.into()
    }
}

fn attempts_are_left(subtask: &Subtask) -> bool {
    // Better code is worth one attempt more, and so is each answer.
    let extra = subtask.answers.saturating_add(u16::from(subtask.revised));
    subtask.attempts.saturating_sub(subtask.unused_leases) < MAX_ATTEMPTS.saturating_add(extra)
}
