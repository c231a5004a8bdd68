//! Who is paid for what happened to a task? Every payment follows from a task event, in the same append.

use crate::{Aggregate, task::Task};
use edgecoder_events::{
    AgentId, Event, Family, MicroCredits, NewEvent, StreamName, SubtaskIndex, TaskEvent,
    credit::{CreditsEarned, CreditsReleased, CreditsSpent},
};

struct Payment<'a> {
    agent: &'a AgentId,
    subtask: SubtaskIndex,
    attempt: u16,
    amount: MicroCredits,
}

/// Adds to the `events` that `task` (as it was before them) decided the movements of credit that they cause.
pub(crate) fn with_payments(before: &Task, events: Vec<Event>) -> Vec<NewEvent> {
    let Some(identity) = before.identity().or_else(|| Task::identity_in(&events)) else {
        return vec![];
    };
    let stream = StreamName::task(&identity.task);
    let mut credits = Vec::new();
    let mut after = before.clone();
    for event in &events {
        if let Family::Task(event) = event.family() {
            credits.extend(movements(&after, event));
        }
        after.evolve(event);
    }
    let mut recorded = NewEvent::all_in(&stream, events);
    recorded.extend(credits);
    recorded
}

/// The credit that one event moves; `task` is as it was before the event.
fn movements(task: &Task, event: TaskEvent<'_>) -> Vec<NewEvent> {
    match event {
        TaskEvent::SubtaskFinished(done) => {
            pay(task, &Payment { agent: &done.agent, subtask: done.subtask, attempt: done.attempt, amount: done.cost })
        }
        TaskEvent::SubtaskStopped(stopped) => pay(
            task,
            &Payment {
                agent: &stopped.agent,
                subtask: stopped.subtask,
                attempt: stopped.attempt,
                amount: stopped.cost,
            },
        ),
        TaskEvent::TaskCompleted(_) | TaskEvent::TaskFailed(_) | TaskEvent::TaskCancelled(_) => {
            release(task).into_iter().collect()
        }
        TaskEvent::TaskSubmitted(_)
        | TaskEvent::TaskPlanned(_)
        | TaskEvent::SubtaskLeased(_)
        | TaskEvent::SubtaskReturned(_)
        | TaskEvent::TaskEscalated(_)
        | TaskEvent::SubtaskRevised(_)
        | TaskEvent::TaskReviewed(_)
        | TaskEvent::TaskAnswered(_) => vec![],
    }
}

fn pay(task: &Task, payment: &Payment<'_>) -> Vec<NewEvent> {
    let (Some(identity), Some(lease)) = (task.identity(), task.delivering(payment.subtask)) else { return vec![] };
    if payment.amount.is_zero() {
        return vec![];
    }
    let spent = CreditsSpent {
        account: identity.account.clone(),
        task: identity.task.clone(),
        subtask: payment.subtask,
        attempt: payment.attempt,
        amount: payment.amount,
        payee: lease.payee.clone(),
    };
    let earned = CreditsEarned {
        account: lease.payee.clone(),
        agent: payment.agent.clone(),
        task: identity.task.clone(),
        subtask: payment.subtask,
        attempt: payment.attempt,
        amount: payment.amount,
        payer: identity.account.clone(),
    };
    vec![
        NewEvent { stream: StreamName::credits(&spent.account), event: spent.into() },
        NewEvent { stream: StreamName::credits(&earned.account), event: earned.into() },
    ]
}

fn release(task: &Task) -> Option<NewEvent> {
    let identity = task.identity()?;
    let amount = task.budget_left();
    if amount.is_zero() {
        return None;
    }
    let released = CreditsReleased { account: identity.account.clone(), task: identity.task.clone(), amount };
    Some(NewEvent { stream: StreamName::credits(&identity.account), event: released.into() })
}
