//! Which leases are over, because their time is or because nobody speaks of them any more?

use crate::{
    Coordinator,
    presence::{LeaseName, Presence},
};
use edgecoder_domain::task::ReturnSubtask;
use edgecoder_events::{Actor, SteadyMillis, task::ReturnReason};
use edgecoder_projections::ready_queue::ActiveLease;
use std::collections::HashMap;

/// How long after its limit a lease may still deliver, in milliseconds: the result is on its way.
const DELIVERY_GRACE_MS: u64 = 5_000;
/// The most leases that one look ends; the rest is ended by the next.
const MAX_PER_TICK: usize = 1_000;

/// Since when this process knows of each lease. Leases are timed from there, by a clock that nobody sets: one that the
/// log brought along at the start ran out meanwhile, perhaps, but its machine could not have said or delivered anything.
#[derive(Default)]
pub struct LeaseWatch(HashMap<LeaseName, SteadyMillis>);

impl LeaseWatch {
    /// Those of all `leases` that are over at `now`.
    fn over<'a>(
        &mut self,
        leases: impl Iterator<Item = &'a ActiveLease>,
        presence: &Presence,
        now: SteadyMillis,
    ) -> Vec<ActiveLease> {
        let before = std::mem::take(&mut self.0);
        let mut over = Vec::new();
        for lease in leases {
            let name = LeaseName::of(lease);
            let seen_at = before.get(&name).copied().unwrap_or(now);
            let is_over = now.ms_since(seen_at) >= lease.limit_ms.saturating_add(DELIVERY_GRACE_MS)
                || presence.is_abandoned(&lease.agent, &name, seen_at, now);
            if is_over && over.len() < MAX_PER_TICK {
                over.push(lease.clone());
            }
            self.0.insert(name, seen_at);
        }
        over
    }
}

/// Takes back every lease that is over.
pub async fn tick(coordinator: &Coordinator, watch: &mut LeaseWatch) {
    let (now, moment) = (coordinator.commands.clock().now(), coordinator.commands.clock().steady());
    let over = coordinator.projections.ready_queue(|queue| watch.over(queue.leases(), &coordinator.presence, moment));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presence::LEASE_SILENCE_MS;
    use edgecoder_events::{AgentId, MicroCredits, SubtaskIndex, UnixMillis};

    const START: SteadyMillis = SteadyMillis(1_000);

    /// Granted and due by the machine's time long ago.
    fn lease(limit_ms: u64) -> ActiveLease {
        ActiveLease {
            task: "t".parse().unwrap(),
            subtask: SubtaskIndex(0),
            attempt: 1,
            agent: "worker".parse().unwrap(),
            payee: "bob".parse().unwrap(),
            granted_at: UnixMillis(1),
            limit_ms,
            price_per_ms: MicroCredits::from_micros(1),
        }
    }

    fn over(watch: &mut LeaseWatch, presence: &Presence, lease: &ActiveLease, now: SteadyMillis) -> usize {
        watch.over([lease].into_iter(), presence, now).len()
    }

    #[test]
    fn a_lease_that_the_log_brought_along_has_a_whole_silence_from_the_start_on() {
        let (mut watch, presence, lease) = (LeaseWatch::default(), Presence::begin(START), lease(600_000));
        assert_eq!(over(&mut watch, &presence, &lease, START), 0);
        assert_eq!(over(&mut watch, &presence, &lease, START.plus_ms(LEASE_SILENCE_MS - 1)), 0);
        assert_eq!(over(&mut watch, &presence, &lease, START.plus_ms(LEASE_SILENCE_MS)), 1);
    }

    #[test]
    fn a_lease_is_over_after_its_limit_though_its_machine_names_it() {
        let (mut watch, presence, lease) = (LeaseWatch::default(), Presence::begin(START), lease(1_000));
        assert_eq!(over(&mut watch, &presence, &lease, START), 0);
        let end = START.plus_ms(1_000 + DELIVERY_GRACE_MS);
        presence.renewed(&AgentId::new("worker").unwrap(), [LeaseName::of(&lease)], end);
        assert_eq!(over(&mut watch, &presence, &lease, SteadyMillis(end.0 - 1)), 0);
        assert_eq!(over(&mut watch, &presence, &lease, end), 1);
        assert_eq!(over(&mut watch, &presence, &lease, end), 1, "it could not be taken back yet");
    }

    #[test]
    fn what_is_remembered_of_a_lease_that_ended_is_nothing() {
        let (mut watch, presence, lease) = (LeaseWatch::default(), Presence::begin(START), lease(1_000));
        over(&mut watch, &presence, &lease, START);
        watch.over(std::iter::empty(), &presence, START);
        assert!(watch.0.is_empty());
    }
}
