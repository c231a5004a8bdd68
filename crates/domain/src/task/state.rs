//! What is known of a task, from its events alone.

use crate::{Aggregate, price};
use edgecoder_events::{
    AccountId, AgentId, BlobRef, Event, Family, MicroCredits, SubtaskIndex, TaskEvent, UnixMillis,
    task::{
        FailReason, PlannedSubtask, ReturnReason, ReviewDecision, SubtaskFinished, SubtaskLeased, SubtaskReturned,
        TaskPlanned, TaskSubmitted, Verdict, WorkKind,
    },
};
use std::fmt;

/// A task; without any event, one that nobody submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Task {
    identity: Option<Box<Identity>>,
    planned: bool,
    subtasks: Vec<Subtask>,
    spent: MicroCredits,
    ending: Option<Ending>,
    /// What its owner said of it last, and how often they said something.
    review: Option<ReviewDecision>,
    reviews: u16,
}

/// What the submitter said; never changes.
pub type Identity = TaskSubmitted;

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Completed,
    Failed(FailReason),
    Cancelled,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Completed => "completed",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        })
    }
}

/// One piece of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtask {
    pub plan: PlannedSubtask,
    /// What is to be done now: as planned, or as the escalation revised it.
    pub content: BlobRef,
    /// Leases granted so far.
    pub attempts: u16,
    /// Those of them that are no attempt, for nothing was tried in them that counts.
    pub unused_leases: u16,
    /// Whose machines let a lease run out, once for each that did not deliver after all.
    pub silent_owners: Vec<AccountId>,
    /// Whether the escalation was asked already.
    pub revised: bool,
    /// How often its owner said more.
    pub answers: u16,
    /// The newest report delivered, of whatever verdict.
    pub last_report: Option<BlobRef>,
    /// The last lease, where it ran out and no machine took the subtask since: its result is work done, and still taken.
    pub lapsed: Option<Lease>,
    pub state: SubtaskState,
}

/// Where a subtask stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubtaskState {
    /// For a machine, or for subtasks that it depends on.
    Waiting,
    Leased(Lease),
    /// For better code from the escalation.
    Escalated,
    Passed,
    /// The task ended with it.
    Failed,
}

/// A machine's hold on a subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub attempt: u16,
    pub agent: AgentId,
    pub payee: AccountId,
    pub granted_at: UnixMillis,
    pub limit_ms: u64,
    pub price_per_ms: MicroCredits,
}

impl Lease {
    /// The most that this lease can still cost.
    pub fn bound(&self) -> MicroCredits {
        price::of_time(self.limit_ms, self.price_per_ms)
    }

    /// How long the lease has been held at `now`, at most its limit.
    pub fn held_ms(&self, now: UnixMillis) -> u64 {
        now.ms_since(self.granted_at).min(self.limit_ms)
    }
}

impl Task {
    /// What the submitter said, where there is a task.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// What the submitter said, where the task begins among `events`.
    pub(crate) fn identity_in(events: &[Event]) -> Option<&Identity> {
        events.iter().find_map(|event| if let Event::TaskSubmitted(it) = event { Some(it) } else { None })
    }

    /// Whether it has been split into subtasks.
    pub fn is_planned(&self) -> bool {
        self.planned
    }

    /// Its pieces, in order.
    pub fn subtasks(&self) -> &[Subtask] {
        &self.subtasks
    }

    /// One of its pieces.
    pub fn subtask(&self, index: SubtaskIndex) -> Option<&Subtask> {
        self.subtasks.get(usize::from(index.0))
    }

    /// The lease that holds a subtask now.
    pub fn lease(&self, index: SubtaskIndex) -> Option<&Lease> {
        match &self.subtask(index)?.state {
            SubtaskState::Leased(lease) => Some(lease),
            SubtaskState::Waiting | SubtaskState::Escalated | SubtaskState::Passed | SubtaskState::Failed => None,
        }
    }

    /// The lease by which a result may be delivered now: the one that holds the subtask, or the one that ran out.
    pub fn delivering(&self, index: SubtaskIndex) -> Option<&Lease> {
        self.lease(index).or_else(|| self.subtask(index)?.lapsed.as_ref())
    }

    /// Every lease that holds a subtask now.
    pub fn leases(&self) -> impl Iterator<Item = (SubtaskIndex, &Lease)> {
        self.subtasks.iter().filter_map(|subtask| Some((subtask.plan.index, self.lease(subtask.plan.index)?)))
    }

    /// How it ended, where it did.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// What its owner said last of what it brought.
    pub fn review(&self) -> Option<ReviewDecision> {
        self.review
    }

    /// How often its owner said what they think of it.
    pub fn reviews(&self) -> u16 {
        self.reviews
    }

    /// What was paid so far.
    pub fn spent(&self) -> MicroCredits {
        self.spent
    }

    /// What is left of the budget, bound by leases or not.
    pub fn budget_left(&self) -> MicroCredits {
        self.identity().map(|it| it.budget).unwrap_or_default().saturating_sub(self.spent)
    }

    /// What is left of the budget and not bound by a lease.
    pub fn budget_free(&self) -> MicroCredits {
        self.leases().fold(self.budget_left(), |left, (_, lease)| left.saturating_sub(lease.bound()))
    }

    /// Whether a machine could take the subtask now.
    pub fn is_ready(&self, subtask: &Subtask) -> bool {
        let passed = |index: &SubtaskIndex| self.subtask(*index).is_some_and(|it| it.state == SubtaskState::Passed);
        self.ending.is_none() && subtask.state == SubtaskState::Waiting && subtask.plan.depends_on.iter().all(passed)
    }

    fn subtask_mut(&mut self, index: SubtaskIndex) -> Option<&mut Subtask> {
        self.subtasks.get_mut(usize::from(index.0))
    }

    fn pay(&mut self, amount: MicroCredits) {
        self.spent = self.spent.checked_add(amount).unwrap_or(MicroCredits::from_micros(u64::MAX));
    }

    fn on_planned(&mut self, planned: &TaskPlanned) {
        self.planned = true;
        self.subtasks = planned.subtasks.iter().map(Subtask::planned).collect();
    }

    fn on_leased(&mut self, leased: &SubtaskLeased) {
        if let Some(subtask) = self.subtask_mut(leased.subtask) {
            subtask.attempts = leased.attempt;
            subtask.lapsed = None;
            subtask.state = SubtaskState::Leased(Lease {
                attempt: leased.attempt,
                agent: leased.agent.clone(),
                payee: leased.payee.clone(),
                granted_at: leased.granted_at,
                limit_ms: leased.limit_ms,
                price_per_ms: leased.price_per_ms,
            });
        }
    }

    fn on_returned(&mut self, returned: &SubtaskReturned) {
        if let Some(subtask) = self.subtask_mut(returned.subtask) {
            let before = std::mem::replace(&mut subtask.state, SubtaskState::Waiting);
            subtask.lapsed = None;
            let SubtaskState::Leased(lease) = before else { return };
            let no_attempt = subtask.is_no_attempt(returned.reason, &lease.payee);
            subtask.unused_leases = subtask.unused_leases.saturating_add(u16::from(no_attempt));
            if returned.reason == ReturnReason::LeaseExpired {
                subtask.silent_owners.push(lease.payee.clone());
                subtask.lapsed = Some(lease);
            }
        }
    }

    fn on_finished(&mut self, finished: &SubtaskFinished) {
        self.pay(finished.cost);
        if let Some(subtask) = self.subtask_mut(finished.subtask) {
            subtask.last_report = Some(finished.report);
            if let Some(lease) = subtask.lapsed.take() {
                subtask.was_not_silent(&lease.payee);
            }
            subtask.state = match (finished.verdict, subtask.plan.work) {
                (Verdict::Passed, _) => SubtaskState::Passed,
                (Verdict::Failed, WorkKind::Program) => SubtaskState::Failed,
                (Verdict::Failed, WorkKind::Prompt) => SubtaskState::Waiting,
            };
        }
    }

    fn set_state(&mut self, index: SubtaskIndex, state: SubtaskState) {
        if let Some(subtask) = self.subtask_mut(index) {
            subtask.state = state;
        }
    }
}

impl Subtask {
    fn planned(plan: &PlannedSubtask) -> Self {
        Self {
            plan: plan.clone(),
            content: plan.content,
            attempts: 0,
            unused_leases: 0,
            silent_owners: Vec::new(),
            revised: false,
            answers: 0,
            last_report: None,
            lapsed: None,
            state: SubtaskState::Waiting,
        }
    }

    /// Whether a lease of this owner's machine is no attempt where it comes back for this reason: the machine says that
    /// it tried nothing, or is silent as one of its owner's was before. All silence of one owner is one attempt. A
    /// snapshot that did not answer is one, too: it was tried, and what does not answer three times answers nobody.
    pub(super) fn is_no_attempt(&self, reason: ReturnReason, owner: &AccountId) -> bool {
        match reason {
            ReturnReason::AgentUnable
            | ReturnReason::AgentDrained
            | ReturnReason::ModelUnavailable
            | ReturnReason::SandboxUnavailable => true,
            ReturnReason::LeaseExpired => self.silent_owners.contains(owner),
            ReturnReason::AgentBlacklisted | ReturnReason::SnapshotUnavailable => false,
        }
    }

    /// The lease that ran out last was used: it delivered late.
    fn was_not_silent(&mut self, owner: &AccountId) {
        if let Some(last) = self.silent_owners.iter().rposition(|it| it == owner) {
            self.silent_owners.remove(last);
            let was_no_attempt = self.silent_owners.contains(owner);
            self.unused_leases = self.unused_leases.saturating_sub(u16::from(was_no_attempt));
        }
    }
}

impl Aggregate for Task {
    fn evolve(&mut self, event: &Event) {
        match event.family() {
            Family::Task(event) => self.take_in(event),
            Family::Ledger(_)
            | Family::Node(_)
            | Family::Agent(_)
            | Family::Credit(_)
            | Family::Anchor(_)
            | Family::Person(_) => {}
        }
    }
}

impl Task {
    fn take_in(&mut self, event: TaskEvent<'_>) {
        match event {
            TaskEvent::TaskSubmitted(submitted) => self.identity = Some(Box::new(submitted.clone())),
            TaskEvent::TaskPlanned(planned) => self.on_planned(planned),
            TaskEvent::SubtaskLeased(leased) => self.on_leased(leased),
            TaskEvent::SubtaskReturned(returned) => self.on_returned(returned),
            TaskEvent::SubtaskFinished(finished) => self.on_finished(finished),
            TaskEvent::SubtaskStopped(stopped) => {
                self.pay(stopped.cost);
                self.set_state(stopped.subtask, SubtaskState::Failed);
            }
            TaskEvent::TaskEscalated(escalated) => self.set_state(escalated.subtask, SubtaskState::Escalated),
            TaskEvent::SubtaskRevised(revised) => {
                self.set_state(revised.subtask, SubtaskState::Waiting);
                if let Some(subtask) = self.subtask_mut(revised.subtask) {
                    subtask.content = revised.content;
                    subtask.revised = true;
                }
            }
            TaskEvent::TaskAnswered(answered) => {
                self.set_state(answered.subtask, SubtaskState::Waiting);
                if let Some(subtask) = self.subtask_mut(answered.subtask) {
                    subtask.content = answered.content;
                    subtask.answers = subtask.answers.saturating_add(1);
                }
            }
            TaskEvent::TaskCompleted(_) => self.ending = Some(Ending::Completed),
            TaskEvent::TaskFailed(failed) => self.ending = Some(Ending::Failed(failed.reason)),
            TaskEvent::TaskCancelled(_) => self.ending = Some(Ending::Cancelled),
            TaskEvent::TaskReviewed(reviewed) => {
                self.review = Some(reviewed.decision);
                self.reviews = self.reviews.saturating_add(1);
            }
        }
    }
}
