//! How random steps are drawn.

use crate::history::Step;
use edgecoder_events::task::{ReturnReason, WorkKind};
use proptest::prelude::*;

fn submit() -> impl Strategy<Value = Step> {
    let work = prop_oneof![Just(WorkKind::Program), Just(WorkKind::Prompt)];
    let model = proptest::option::of(0u8..3);
    (0u8..3, 0u8..3, 0u8..3, model, work, prop::bool::weighted(0.2), 0u8..9).prop_map(
        |(account, project, priority, model, work, gpu, shape)| Step::Submit {
            account,
            project,
            priority,
            model,
            work,
            gpu,
            shape,
        },
    )
}

/// Half of the leases that come back ran out.
fn reason() -> impl Strategy<Value = ReturnReason> {
    prop_oneof![
        6 => Just(ReturnReason::LeaseExpired),
        1 => Just(ReturnReason::AgentDrained),
        1 => Just(ReturnReason::AgentBlacklisted),
        1 => Just(ReturnReason::AgentUnable),
        1 => Just(ReturnReason::ModelUnavailable),
        1 => Just(ReturnReason::SnapshotUnavailable),
        1 => Just(ReturnReason::SandboxUnavailable),
    ]
}

/// One step of any kind; most are about tasks.
pub fn step() -> impl Strategy<Value = Step> {
    let place = || (any::<u8>().prop_map(usize::from), 0u16..3);
    prop_oneof![
        4 => submit(),
        4 => (place(), 0u8..4).prop_map(|((task, subtask), agent)| Step::Lease { task, subtask, agent }),
        4 => (place(), prop::bool::weighted(0.6)).prop_map(|((task, subtask), passed)| Step::Finish { task, subtask, passed }),
        2 => (place(), reason()).prop_map(|((task, subtask), reason)| Step::Return { task, subtask, reason }),
        1 => place().prop_map(|(task, subtask)| Step::Revise { task, subtask }),
        1 => place().prop_map(|(task, subtask)| Step::Answer { task, subtask }),
        1 => any::<u8>().prop_map(|task| Step::Cancel { task: task.into() }),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(task, is_accepted)| Step::Review { task: task.into(), is_accepted }),
        3 => (0u8..4, 0u8..12).prop_map(|(agent, command)| Step::Agent { agent, command }),
        2 => (0u8..4, 0u8..10).prop_map(|(checkpoint, command)| Step::Anchor { checkpoint, command }),
        2 => (1u64..4_000).prop_map(|ms| Step::Pass { ms }),
    ]
}

/// A history's worth of steps.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 0..120)
}
