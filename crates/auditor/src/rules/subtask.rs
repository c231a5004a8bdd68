//! Where does a subtask stand, and what follows for its task from how a lease ends?

use super::{
    limits::{MAX_ANSWERS, MAX_ATTEMPTS, MAX_UNUSED_LEASES},
    promises::Due,
};
use edgecoder_events::{
    AccountId, SubtaskIndex,
    task::{FailReason, PlannedSubtask, ReturnReason, SubtaskLeased, Verdict, WorkKind},
};

/// One piece of a task.
#[derive(Debug)]
pub(super) struct Subtask {
    index: SubtaskIndex,
    pub timeout_ms: u64,
    work: WorkKind,
    pub depends_on: Vec<SubtaskIndex>,
    /// Leases so far, and those of them that came back untried.
    attempts: u16,
    unused: u16,
    /// Whose machines let a lease run out, once for each such lease.
    silent: Vec<AccountId>,
    /// Better code was brought.
    revised: bool,
    /// How often its owner said more.
    answers: u16,
    standing: Standing,
    /// The last lease, where it ran out and nobody was given the subtask since.
    pub lapsed: Option<SubtaskLeased>,
}

#[derive(Debug)]
enum Standing {
    Waiting,
    Leased(SubtaskLeased),
    /// For better code.
    Escalated,
    Passed,
    /// Its task ends with it.
    Failed,
}

impl Subtask {
    pub fn of(plan: &PlannedSubtask) -> Self {
        Self {
            index: plan.index,
            timeout_ms: plan.timeout_ms,
            work: plan.work,
            depends_on: plan.depends_on.clone(),
            attempts: 0,
            unused: 0,
            silent: Vec::new(),
            revised: false,
            answers: 0,
            standing: Standing::Waiting,
            lapsed: None,
        }
    }

    pub const fn is_waiting(&self) -> bool {
        matches!(self.standing, Standing::Waiting)
    }

    pub const fn is_leased(&self) -> bool {
        matches!(self.standing, Standing::Leased(_))
    }

    pub const fn is_escalated(&self) -> bool {
        matches!(self.standing, Standing::Escalated)
    }

    pub const fn has_passed(&self) -> bool {
        matches!(self.standing, Standing::Passed)
    }

    pub const fn has_failed(&self) -> bool {
        matches!(self.standing, Standing::Failed)
    }

    /// The next machine takes it, where it waits for one.
    pub fn lease(&mut self, leased: &SubtaskLeased) -> Result<(), String> {
        let attempts = std::mem::replace(&mut self.attempts, leased.attempt);
        let before = std::mem::replace(&mut self.standing, Standing::Leased(leased.clone()));
        self.lapsed = None;
        let problem = match before {
            Standing::Waiting if attempts.checked_add(1) == Some(leased.attempt) => return Ok(()),
            Standing::Waiting => return Err(format!("attempt {} follows attempt {attempts}", leased.attempt)),
            Standing::Leased(_) => "while another lease holds it",
            Standing::Escalated => "while it waits for better code",
            Standing::Passed => "after it passed",
            Standing::Failed => "after it failed its task",
        };
        Err(format!("{} subtask {} is leased {problem}", leased.task, leased.subtask))
    }

    /// Takes the lease away that `is_meant`, where it holds the subtask. Unless the lease comes back or brings a result,
    /// the task ends with it.
    pub fn end_lease(&mut self, is_meant: impl FnOnce(&SubtaskLeased) -> bool) -> Option<SubtaskLeased> {
        match std::mem::replace(&mut self.standing, Standing::Failed) {
            Standing::Leased(lease) if is_meant(&lease) => Some(lease),
            other => {
                self.standing = other;
                None
            }
        }
    }

    /// Its `lease` ended without a result.
    pub fn come_back(&mut self, lease: SubtaskLeased, reason: ReturnReason) -> Option<Due> {
        self.standing = Standing::Waiting;
        let is_no_attempt = match reason {
            ReturnReason::AgentUnable
            | ReturnReason::AgentDrained
            | ReturnReason::ModelUnavailable
            | ReturnReason::SandboxUnavailable => true,
            // All silence of one owner is one attempt.
            ReturnReason::LeaseExpired => self.silent.contains(&lease.payee),
            ReturnReason::AgentBlacklisted | ReturnReason::SnapshotUnavailable => false,
        };
        let goes_on = if is_no_attempt {
            self.unused = self.unused.saturating_add(1);
            self.unused < MAX_UNUSED_LEASES
        } else {
            self.has_attempts_left()
        };
        if reason == ReturnReason::LeaseExpired {
            self.silent.push(lease.payee.clone());
            self.lapsed = Some(lease);
        }
        (!goes_on).then_some(Due::Failed(FailReason::AttemptsExhausted, self.index))
    }

    /// The lease that ran out last was used after all: it delivered late.
    pub fn was_not_silent(&mut self, owner: &AccountId) {
        if let Some(last) = self.silent.iter().rposition(|it| it == owner) {
            self.silent.remove(last);
            let was_no_attempt = self.silent.contains(owner);
            self.unused = self.unused.saturating_sub(u16::from(was_no_attempt));
        }
    }

    /// A machine delivered: what follows from that, but that a task whose subtasks all passed is completed.
    pub fn take_result(&mut self, verdict: Verdict) -> Option<Due> {
        (self.standing, self.lapsed) = match (verdict, self.work) {
            (Verdict::Passed, _) => (Standing::Passed, None),
            (Verdict::Failed, WorkKind::Program) => (Standing::Failed, None),
            (Verdict::Failed, WorkKind::Prompt) => (Standing::Waiting, None),
        };
        match (verdict, self.work) {
            (Verdict::Passed, _) => None,
            (Verdict::Failed, WorkKind::Program) => Some(Due::Failed(FailReason::ProgramFailed, self.index)),
            (Verdict::Failed, WorkKind::Prompt) if self.has_attempts_left() => None,
            (Verdict::Failed, WorkKind::Prompt) if self.revised => {
                Some(Due::Failed(FailReason::AttemptsExhausted, self.index))
            }
            (Verdict::Failed, WorkKind::Prompt) => Some(Due::Escalated(self.index)),
        }
    }

    pub fn escalate(&mut self) {
        self.standing = Standing::Escalated;
    }

    /// Better code is tried once more.
    pub fn revise(&mut self) {
        self.standing = Standing::Waiting;
        self.revised = true;
    }

    /// What its owner said is tried once more; they say so much and no more.
    pub fn answer(&mut self) -> bool {
        self.standing = Standing::Waiting;
        self.answers = self.answers.saturating_add(1);
        self.answers <= MAX_ANSWERS
    }

    /// Better code is worth one attempt more, and so is each answer.
    fn has_attempts_left(&self) -> bool {
        let may = MAX_ATTEMPTS.saturating_add(u16::from(self.revised)).saturating_add(self.answers);
        self.attempts.saturating_sub(self.unused) < may
    }
}
