//! May this be submitted? A task begins, its budget is set aside, and a program needs no planning: all of it or nothing.

use crate::{
    Aggregate,
    task::{self, Task, TaskCommand, TaskRefusal},
    wallet::{self, Wallet, WalletCommand, WalletRefusal},
};
use edgecoder_events::{
    NewEvent, StreamName, SubtaskIndex,
    task::{PlannedSubtask, Planner, TaskSubmitted, WorkKind},
};

/// Why nothing was submitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmissionRefusal {
    #[error(transparent)]
    Task(#[from] TaskRefusal),
    #[error(transparent)]
    Wallet(#[from] WalletRefusal),
}

/// The events of one append, for a task that nobody submitted yet and the wallet that pays for it. A program is one
/// subtask, which may run for `timeout_ms`; a prompt is planned later, by the one who reads it.
///
/// # Errors
/// Where the task or the wallet refuses: then nothing of it may be appended.
pub fn decide(
    task: &Task,
    wallet: &Wallet,
    submitted: &TaskSubmitted,
    timeout_ms: u64,
) -> Result<Vec<NewEvent>, SubmissionRefusal> {
    let mut events = task::decide(task, TaskCommand::Submit(submitted.clone()))?;
    if let Some(plan) = own_plan(submitted, timeout_ms) {
        let mut begun = task.clone();
        for new in &events {
            begun.evolve(&new.event);
        }
        events.extend(task::decide(&begun, plan)?);
    }
    let reserve = WalletCommand::Reserve {
        account: submitted.account.clone(),
        task: submitted.task.clone(),
        amount: submitted.budget,
    };
    let reserved = wallet::decide(wallet, reserve)?;
    events.extend(NewEvent::all_in(&StreamName::credits(&submitted.account), reserved));
    Ok(events)
}

/// The plan that a submission brings with it: a program is its own.
fn own_plan(submitted: &TaskSubmitted, timeout_ms: u64) -> Option<TaskCommand> {
    let whole = PlannedSubtask {
        index: SubtaskIndex(0),
        work: submitted.work,
        language: submitted.language,
        content: submitted.content,
        depends_on: vec![],
        timeout_ms,
    };
    match submitted.work {
        WorkKind::Program => Some(TaskCommand::Plan { planner: Planner::Submission, subtasks: vec![whole] }),
        WorkKind::Prompt => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{
        AccountId, BlobRef, Event, MicroCredits, ProjectId, TaskId,
        credit::{AccountOpened, CreditsIssued, IssueReason},
        task::{Language, ResourceClass},
    };
    use proptest::prelude::*;

    fn submitted(work: WorkKind, budget: u64) -> TaskSubmitted {
        TaskSubmitted {
            task: TaskId::new("t").unwrap(),
            account: AccountId::new("ann").unwrap(),
            project: ProjectId::new("default").unwrap(),
            work,
            language: Language::Python,
            resource: ResourceClass::Cpu,
            priority: 50,
            requested_model: None,
            content: BlobRef([1; 32]),
            budget: MicroCredits::from_micros(budget),
            conversation: None,
        }
    }

    fn wallet(held: u64) -> Wallet {
        let account = AccountId::new("ann").unwrap();
        let opened: Event = AccountOpened { account: account.clone() }.into();
        let amount = MicroCredits::from_micros(held);
        let issued: Event = CreditsIssued { account, amount, reason: IssueReason::Faucet }.into();
        Wallet::from_history(&[opened, issued])
    }

    fn any_work() -> impl Strategy<Value = WorkKind> {
        prop_oneof![Just(WorkKind::Program), Just(WorkKind::Prompt)]
    }

    #[test]
    fn a_second_submission_is_refused_by_the_task_and_takes_nothing() {
        let (first, wallet) = (submitted(WorkKind::Prompt, 5), wallet(10));
        let task = Task::from_history(&[Event::from(first.clone())]);
        let refused = decide(&task, &wallet, &first, 1_000);
        assert_eq!(refused, Err(SubmissionRefusal::Task(TaskRefusal::TaskExists)));
    }

    proptest! {
        #[test]
        fn a_budget_is_set_aside_whole_or_nothing_happens(
            work in any_work(), budget in 0_u64..20, held in 0_u64..20, timeout_ms in 0_u64..3,
        ) {
            let (mut task, mut wallet, submitted) = (Task::default(), wallet(held), submitted(work, budget));
            let is_lawful = budget > 0 && budget <= held && (timeout_ms > 0 || work == WorkKind::Prompt);
            let decided = decide(&task, &wallet, &submitted, timeout_ms);
            prop_assert_eq!(decided.is_ok(), is_lawful, "{:?}", decided);
            let Ok(events) = decided else { return Ok(()) };
            for new in &events {
                task.evolve(&new.event);
                wallet.evolve(&new.event);
            }
            prop_assert_eq!(task.budget_left(), submitted.budget);
            prop_assert_eq!(wallet.reserved_for(&submitted.task), submitted.budget);
            prop_assert_eq!(wallet.available(), MicroCredits::from_micros(held - budget));
            prop_assert_eq!(task.is_planned(), work == WorkKind::Program);
        }
    }
}
