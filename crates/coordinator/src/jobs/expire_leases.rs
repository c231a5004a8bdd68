//! Which leases are over, because their time is or because nobody speaks of them any more?

use crate::{Coordinator, presence::LeaseName};
use edgecoder_domain::task::ReturnSubtask;
use edgecoder_events::{Actor, UnixMillis, task::ReturnReason};
use edgecoder_projections::ready_queue::ActiveLease;

/// How long after its limit a lease may still deliver, in milliseconds: the result is on its way.
const DELIVERY_GRACE_MS: u64 = 5_000;
/// The most leases that one look ends; the rest is ended by the next.
const MAX_PER_TICK: usize = 1_000;

/// Takes back every lease that is over at `now`.
pub async fn tick(coordinator: &Coordinator, now: UnixMillis) {
    let over = coordinator.projections.ready_queue(|queue| {
        let is_over = |lease: &&ActiveLease| is_over(coordinator, lease, now);
        queue.leases().filter(is_over).take(MAX_PER_TICK).cloned().collect::<Vec<_>>()
    });
    for lease in over {
        let returned = ReturnSubtask {
            subtask: lease.subtask,
            attempt: lease.attempt,
            agent: lease.agent,
            reason: ReturnReason::LeaseExpired,
            now,
        };
        if let Err(error) = coordinator.return_lease(Actor::system("scheduler"), &lease.task, returned).await {
            tracing::warn!(task.id = %lease.task, %error, "a lease could not be taken back yet");
        }
    }
}

fn is_over(coordinator: &Coordinator, lease: &ActiveLease, now: UnixMillis) -> bool {
    let name = LeaseName { task: lease.task.clone(), subtask: lease.subtask, attempt: lease.attempt };
    now >= lease.deadline().plus_ms(DELIVERY_GRACE_MS)
        || coordinator.presence.is_abandoned(&lease.agent, &name, lease.granted_at, now)
}
