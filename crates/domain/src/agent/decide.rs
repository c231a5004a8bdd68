//! A command becomes events, or a refusal.

use super::{Agent, AgentCommand, AgentRefusal, Enrolment, PowerPolicy, RegisterAgent, Registration, Standing};
use edgecoder_events::{
    AccountId, AgentId, Event, ModelName, UnixMillis,
    agent::{
        AgentCameOnline, AgentCapabilitiesChanged, AgentKeyReplaced, AgentRegistered, AgentWentOffline, Capabilities,
        OfflineReason,
    },
    blacklist::{AgentBlacklistLifted, AgentBlacklisted},
    node::{AgentMode, NodeApproved, NodeEnrolled, NodeKind, NodeModeChanged, NodeRejected, NodeTokenRotated},
};

type Decision = Result<Vec<Event>, AgentRefusal>;

/// Turns a command into events, or says why not.
pub fn decide(agent: &Agent, command: AgentCommand, now: UnixMillis) -> Decision {
    match (agent.enrolment(), command) {
        (known, AgentCommand::Enroll { node, kind, owner }) => enroll(known, node, kind, owner),
        (None, _) => Err(AgentRefusal::NotEnrolled),
        (Some(it), AgentCommand::Approve) => Ok(approve(it)),
        (Some(it), AgentCommand::Reject { reason }) => Ok(reject(agent, it, reason)),
        (Some(it), AgentCommand::Register(wanted)) => register(agent, it, *wanted, now),
        (Some(it), AgentCommand::Blacklist(report)) => blacklist(agent, it, *report, now),
        (Some(it), AgentCommand::LiftBlacklist { reason }) => lift(agent, it, reason, now),
        (Some(it), AgentCommand::SetMode { mode }) => Ok(set_mode(registered(agent)?, it, mode)),
        (Some(it), AgentCommand::SetPowerPolicy { policy }) => set_power_policy(agent, it, policy),
        (Some(it), AgentCommand::OfferModels { models }) => Ok(offer_models(registered(agent)?, it, models)),
        (Some(it), AgentCommand::ComeOnline) => come_online(agent, it, now),
        (Some(it), AgentCommand::GoOffline { reason }) => Ok(go_offline(agent, it, reason)),
    }
}

fn registered(agent: &Agent) -> Result<&Registration, AgentRefusal> {
    agent.registration().ok_or(AgentRefusal::NotRegistered)
}

fn enroll(known: Option<&Enrolment>, node: AgentId, kind: NodeKind, owner: AccountId) -> Decision {
    match known {
        None => Ok(vec![NodeEnrolled { node, kind, owner }.into()]),
        Some(it) if it.owner != owner => Err(AgentRefusal::OwnedByAnother),
        Some(it) if it.kind != kind => Err(AgentRefusal::OtherKind),
        Some(_) => Ok(vec![NodeTokenRotated { node }.into()]),
    }
}

fn approve(enrolment: &Enrolment) -> Vec<Event> {
    match enrolment.standing {
        Standing::Approved => vec![],
        Standing::Pending | Standing::Rejected => vec![NodeApproved { node: enrolment.node.clone() }.into()],
    }
}

fn reject(agent: &Agent, enrolment: &Enrolment, reason: String) -> Vec<Event> {
    match enrolment.standing {
        Standing::Rejected => vec![],
        Standing::Pending | Standing::Approved => {
            let rejected = NodeRejected { node: enrolment.node.clone(), reason }.into();
            let offline = go_offline(agent, enrolment, OfflineReason::Drained);
            [vec![rejected], offline].concat()
        }
    }
}

/// Whether the machine may take part at `now`: enrolled to work, approved, and not shut out.
///
/// # Errors
/// What stands against it.
pub fn may_take_part(agent: &Agent, now: UnixMillis) -> Result<(), AgentRefusal> {
    let enrolment = agent.enrolment().ok_or(AgentRefusal::NotEnrolled)?;
    match (enrolment.kind, enrolment.standing) {
        (NodeKind::Coordinator, _) => Err(AgentRefusal::NotAnAgent),
        (NodeKind::Agent, Standing::Pending) => Err(AgentRefusal::NotApproved),
        (NodeKind::Agent, Standing::Rejected) => Err(AgentRefusal::Rejected),
        (NodeKind::Agent, Standing::Approved) if agent.is_blacklisted(now) => Err(AgentRefusal::Blacklisted),
        (NodeKind::Agent, Standing::Approved) => Ok(()),
    }
}

fn register(agent: &Agent, enrolment: &Enrolment, wanted: RegisterAgent, now: UnixMillis) -> Decision {
    may_take_part(agent, now)?;
    let id = enrolment.node.clone();
    let Some(known) = agent.registration() else {
        if wanted.proven_key != wanted.signing_key {
            return Err(AgentRefusal::KeyNotProven);
        }
        let RegisterAgent { signing_key, envelope_key, mode, capabilities, proven_key: _ } = wanted;
        return Ok(vec![AgentRegistered { agent: id, signing_key, envelope_key, mode, capabilities }.into()]);
    };
    if wanted.proven_key != known.signing_key {
        return Err(AgentRefusal::OldKeyNotProven);
    }
    Ok(differences(id, known, wanted))
}

fn differences(agent: AgentId, known: &Registration, wanted: RegisterAgent) -> Vec<Event> {
    let RegisterAgent { signing_key, envelope_key, mode, capabilities, proven_key: _ } = wanted;
    let mut events = Vec::new();
    if (signing_key, envelope_key) != (known.signing_key, known.envelope_key) {
        events.push(AgentKeyReplaced { agent: agent.clone(), signing_key, envelope_key }.into());
    }
    if mode != known.mode {
        events.push(NodeModeChanged { node: agent.clone(), mode }.into());
    }
    if capabilities != known.capabilities {
        events.push(AgentCapabilitiesChanged { agent, capabilities }.into());
    }
    events
}

fn set_mode(known: &Registration, enrolment: &Enrolment, mode: AgentMode) -> Vec<Event> {
    if known.mode == mode {
        return vec![];
    }
    vec![NodeModeChanged { node: enrolment.node.clone(), mode }.into()]
}

fn set_power_policy(agent: &Agent, enrolment: &Enrolment, policy: PowerPolicy) -> Decision {
    match enrolment.kind {
        NodeKind::Coordinator => Err(AgentRefusal::NotAnAgent),
        NodeKind::Agent if !policy.can_be_kept() => Err(AgentRefusal::PolicyNotToBeKept),
        NodeKind::Agent if agent.power_policy() == policy => Ok(vec![]),
        NodeKind::Agent => Ok(vec![policy.said_of(enrolment.node.clone()).into()]),
    }
}

fn offer_models(known: &Registration, enrolment: &Enrolment, models: Vec<ModelName>) -> Vec<Event> {
    if known.capabilities.models == models {
        return vec![];
    }
    let capabilities = Capabilities { models, ..known.capabilities.clone() };
    vec![AgentCapabilitiesChanged { agent: enrolment.node.clone(), capabilities }.into()]
}

fn come_online(agent: &Agent, enrolment: &Enrolment, now: UnixMillis) -> Decision {
    may_take_part(agent, now)?;
    registered(agent)?;
    if agent.is_online() {
        return Ok(vec![]);
    }
    Ok(vec![AgentCameOnline { agent: enrolment.node.clone() }.into()])
}

fn go_offline(agent: &Agent, enrolment: &Enrolment, reason: OfflineReason) -> Vec<Event> {
    if !agent.is_online() {
        return vec![];
    }
    vec![AgentWentOffline { agent: enrolment.node.clone(), reason }.into()]
}

/// A second report would be dropped, or replace the first with an earlier end: neither without a word.
fn blacklist(agent: &Agent, enrolment: &Enrolment, report: AgentBlacklisted, now: UnixMillis) -> Decision {
    match agent.report_in_force(now) {
        Some(known) if *known == report => return Ok(vec![]),
        Some(_) => return Err(AgentRefusal::AlreadyBlacklisted),
        None => {}
    }
    let offline = go_offline(agent, enrolment, OfflineReason::Drained);
    Ok([vec![report.into()], offline].concat())
}

fn lift(agent: &Agent, enrolment: &Enrolment, reason: String, now: UnixMillis) -> Decision {
    if !agent.is_blacklisted(now) {
        return Err(AgentRefusal::NotBlacklisted);
    }
    Ok(vec![AgentBlacklistLifted { agent: enrolment.node.clone(), reason }.into()])
}
