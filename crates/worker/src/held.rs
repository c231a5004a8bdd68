//! Which leases does this machine hold now, and which of them did the coordinator end?

use edgecoder_identity::envelope::Lease;
use edgecoder_wire::agents::HeldLease;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// The leases that are worked on.
#[derive(Debug, Default)]
pub struct HeldLeases(Mutex<Vec<(HeldLease, CancellationToken)>>);

/// One lease that is worked on, until this is dropped.
#[derive(Debug)]
pub struct Hold {
    all: Arc<HeldLeases>,
    lease: HeldLease,
    ended: CancellationToken,
}

/// A lease as a heartbeat names it.
pub fn name(lease: &Lease) -> HeldLease {
    HeldLease { task_id: lease.task.clone(), subtask: lease.subtask, attempt: lease.attempt }
}

impl HeldLeases {
    /// Begins to hold a lease.
    pub fn hold(self: &Arc<Self>, lease: &Lease) -> Hold {
        let (lease, ended) = (name(lease), CancellationToken::new());
        self.lock().push((lease.clone(), ended.clone()));
        Hold { all: Arc::clone(self), lease, ended }
    }

    /// The leases for a heartbeat.
    pub fn names(&self) -> Vec<HeldLease> {
        self.lock().iter().map(|(lease, _)| lease.clone()).collect()
    }

    /// Stops the work on leases that are over.
    pub fn end(&self, over: &[HeldLease]) {
        for (_, ended) in self.lock().iter().filter(|(lease, _)| over.contains(lease)) {
            ended.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(HeldLease, CancellationToken)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Waits until the coordinator says that the lease is over.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.all.lock().retain(|(lease, _)| *lease != self.lease);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{AgentId, SubtaskIndex, TaskId};

    fn lease(subtask: u16) -> Lease {
        let (task, agent) = (TaskId::new("prime").unwrap(), AgentId::new("ann").unwrap());
        Lease { task, subtask: SubtaskIndex(subtask), attempt: 1, agent }
    }

    #[test]
    fn only_the_lease_that_is_over_is_stopped() {
        let held = Arc::new(HeldLeases::default());
        let (first, second) = (held.hold(&lease(0)), held.hold(&lease(1)));
        held.end(&[name(&lease(1)), name(&lease(7))]);
        assert!(!first.ended.is_cancelled() && second.ended.is_cancelled());
    }

    #[test]
    fn a_lease_is_named_as_long_as_it_is_held() {
        let held = Arc::new(HeldLeases::default());
        let (first, second) = (held.hold(&lease(0)), held.hold(&lease(1)));
        assert_eq!(held.names(), [name(&lease(0)), name(&lease(1))]);
        drop(first);
        assert_eq!(held.names(), [name(&lease(1))]);
        drop(second);
        assert!(held.names().is_empty());
    }
}
