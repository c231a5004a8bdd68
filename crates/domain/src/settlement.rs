//! Who is paid for what happened to a task? Every payment follows from a task event, in the same append.

use crate::task::Task;
use edgecoder_events::{
    AgentId, Event, MicroCredits, NewEvent, StreamName, SubtaskIndex,
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
        credits.extend(movements(&after, event));
        crate::Aggregate::evolve(&mut after, event);
        if event_ends_task(event) {
            credits.extend(release(&after));
        }
    }
    events.into_iter().map(|event| NewEvent { stream: stream.clone(), event }).chain(credits).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only two kinds of event are paid")]
fn movements(task: &Task, event: &Event) -> Vec<NewEvent> {
    match event {
        Event::SubtaskFinished(done) => {
            pay(task, &Payment { agent: &done.agent, subtask: done.subtask, attempt: done.attempt, amount: done.cost })
        }
        Event::SubtaskStopped(stopped) => pay(
            task,
            &Payment {
                agent: &stopped.agent,
                subtask: stopped.subtask,
                attempt: stopped.attempt,
                amount: stopped.cost,
            },
        ),
        _ => vec![],
    }
}

fn pay(task: &Task, payment: &Payment<'_>) -> Vec<NewEvent> {
    let (Some(identity), Some(lease)) = (task.identity(), task.lease(payment.subtask)) else { return vec![] };
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

fn event_ends_task(event: &Event) -> bool {
    matches!(event, Event::TaskCompleted(_) | Event::TaskFailed(_) | Event::TaskCancelled(_))
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
