//! How does a machine look to those who may see it?

use edgecoder_domain::agent::{Hours, PowerPolicy, Standing};
use edgecoder_events::UnixMillis;
use edgecoder_projections::agent_directory::NodeEntry;
use edgecoder_wire::{
    agents::{AgentView, NodeStanding},
    power,
};

/// A machine at `now`; none where only events about an unknown one were seen.
pub fn agent(entry: &NodeEntry, now: UnixMillis) -> Option<AgentView> {
    let enrolment = entry.enrolment()?;
    let capabilities = entry.registration().map(|it| &it.capabilities);
    Some(AgentView {
        agent_id: enrolment.node.clone(),
        kind: enrolment.kind,
        owner_account_id: enrolment.owner.clone(),
        standing: match enrolment.standing {
            Standing::Pending => NodeStanding::Pending,
            Standing::Approved => NodeStanding::Approved,
            Standing::Rejected => NodeStanding::Rejected,
        },
        registered: capabilities.is_some(),
        online: entry.is_online(),
        blacklisted: entry.is_blacklisted(now),
        mode: entry.mode(),
        os: capabilities.map(|it| it.os.clone()),
        version: capabilities.map(|it| it.version.clone()),
        sandbox_mode: capabilities.map(|it| it.sandbox),
        max_concurrent_tasks: capabilities.map(|it| it.max_concurrent_tasks),
        languages: capabilities.map(|it| it.languages.clone()).unwrap_or_default(),
        models: capabilities.map(|it| it.models.clone()).unwrap_or_default(),
        finished_subtasks: entry.finished + entry.failed,
        failed_subtasks: entry.failed,
        power_policy: power_policy(entry.power_policy()),
    })
}

/// What an owner wishes; none where they said nothing, or took it back.
pub fn power_policy(policy: PowerPolicy) -> Option<power::PowerPolicy> {
    let PowerPolicy { power, hours, max_tasks } = policy;
    let hours = hours.map(|Hours { from, until }| power::Hours { from, until });
    (policy != PowerPolicy::default()).then_some(power::PowerPolicy { power, hours, max_tasks })
}

/// What somebody wishes of a machine, as the rules have it.
pub fn wished(policy: power::PowerPolicy) -> PowerPolicy {
    let power::PowerPolicy { power, hours, max_tasks } = policy;
    PowerPolicy { power, hours: hours.map(|power::Hours { from, until }| Hours { from, until }), max_tasks }
}
