//! What does one recorded event change in the blacklist?

use crate::sql::words;
use edgecoder_events::{
    Actor, AgentEvent, AgentId, EventId, Family, Position, PublicKey, Recorded, Signature, UnixMillis,
    blacklist::BlacklistReason,
};
use std::collections::BTreeMap;

/// One step in the history of who is shut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlacklistEntry {
    pub position: Position,
    pub event_id: EventId,
    pub recorded_at: UnixMillis,
    pub agent: AgentId,
    pub step: Step,
    pub reason: String,
    /// Who recorded it.
    pub actor: Actor,
    /// What was reported; none where a blacklisting was lifted.
    pub report: Option<Report>,
}

/// What the reporter signed, beside the agent and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub reason_code: BlacklistReason,
    pub evidence_sha256: String,
    pub reported_at: UnixMillis,
    pub expires_at: Option<UnixMillis>,
    pub reporter: String,
    pub reporter_key: PublicKey,
    pub reporter_signature: Signature,
}

/// Whether an agent was shut out or let in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Blacklisted,
    Lifted,
}

words!(Step: Blacklisted = "blacklisted", Lifted = "lifted");

/// What some events add.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub entries: Vec<BlacklistEntry>,
    /// The newest entry of each agent that has a new one.
    pub newest: BTreeMap<AgentId, Position>,
}

impl Changes {
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        if let Some(entry) = entry(recorded) {
            self.newest.insert(entry.agent.clone(), entry.position);
            self.entries.push(entry);
        }
    }
}

fn entry(recorded: &Recorded) -> Option<BlacklistEntry> {
    let Family::Agent(event) = recorded.event.family() else { return None };
    let (agent, step, reason, report) = match event {
        AgentEvent::AgentBlacklisted(it) => {
            let report = Report {
                reason_code: it.reason_code,
                evidence_sha256: it.evidence_sha256.clone(),
                reported_at: it.reported_at,
                expires_at: it.expires_at,
                reporter: it.reporter.clone(),
                reporter_key: it.reporter_key,
                reporter_signature: it.reporter_signature,
            };
            (&it.agent, Step::Blacklisted, &it.reason, Some(report))
        }
        AgentEvent::AgentBlacklistLifted(it) => (&it.agent, Step::Lifted, &it.reason, None),
        AgentEvent::AgentRegistered(_)
        | AgentEvent::AgentKeyReplaced(_)
        | AgentEvent::AgentCapabilitiesChanged(_)
        | AgentEvent::AgentCameOnline(_)
        | AgentEvent::AgentWentOffline(_) => return None,
    };
    Some(BlacklistEntry {
        position: recorded.position,
        event_id: recorded.event_id,
        recorded_at: recorded.recorded_at,
        agent: agent.clone(),
        step,
        reason: reason.clone(),
        actor: recorded.actor.clone(),
        report,
    })
}
