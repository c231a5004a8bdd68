//! Which subtask should this agent take next?
//!
//! Held in memory, rebuilt from the log at start. The order is: an exact match of the requested model, then the
//! account that was served least, then its project that was, then the higher priority, then first come. Who begins to wait
//! is counted from where those are who wait for the same kind of machine. A claim costs a few tree look-ups, whatever the
//! number of waiting subtasks.

mod changes;
mod claim;
mod holds;
mod lanes;
mod leases;
mod names;
mod open_tasks;
mod read;

pub use claim::{AgentNeeds, MAX_MODELS_PER_CLAIM, Offer, ReadySubtask};
pub use edgecoder_wire::work::RETRY_ELSEWHERE_MS;
pub use leases::ActiveLease;
pub use read::WaitingCounts;

use edgecoder_events::{AccountId, ModelName, ProjectId, UnixMillis};
use holds::Holds;
use lanes::Lanes;
use leases::Leases;
use names::Names;
use open_tasks::{OpenTasks, Place};
use std::collections::BTreeSet;

/// The longest that a subtask that came back is kept from an owner: who has the only machine there is must have it again.
pub const MAX_RETRY_ELSEWHERE_MS: u64 = 600_000;

/// Every subtask of every task that has not ended: waiting, in hand, leased or done.
#[derive(Debug, Default)]
pub struct ReadyQueue {
    tasks: OpenTasks,
    lanes: Lanes,
    leases: Leases,
    holds: Holds,
    /// The waiting subtasks by the instant since which they wait.
    since: BTreeSet<(UnixMillis, Place)>,
    projects: Names<ProjectId>,
    models: Names<ModelName>,
    accounts: Names<AccountId>,
    arrivals: u64,
}
