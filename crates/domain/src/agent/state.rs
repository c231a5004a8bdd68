//! What is known of a machine, from its events alone.

use super::PowerPolicy;
use crate::Aggregate;
use edgecoder_events::{
    AccountId, AgentEvent, AgentId, Event, Family, NodeEvent, PublicKey, UnixMillis,
    agent::Capabilities,
    blacklist::AgentBlacklisted,
    node::{AgentMode, NodeKind},
};

/// A machine; without any event, one that nobody enrolled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agent {
    enrolment: Option<Enrolment>,
    registration: Option<Registration>,
    power_policy: PowerPolicy,
    online: bool,
    blacklisted: Option<Box<AgentBlacklisted>>,
}

/// Whose machine it is and what an operator said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub node: AgentId,
    pub kind: NodeKind,
    pub owner: AccountId,
    pub standing: Standing,
}

/// What an operator said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Pending,
    Approved,
    Rejected,
}

/// The keys and abilities of a machine that registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub signing_key: PublicKey,
    pub envelope_key: PublicKey,
    pub mode: AgentMode,
    pub capabilities: Capabilities,
}

impl Agent {
    /// Whose it is, where it was enrolled.
    pub fn enrolment(&self) -> Option<&Enrolment> {
        self.enrolment.as_ref()
    }

    /// Its keys and abilities, where it registered.
    pub fn registration(&self) -> Option<&Registration> {
        self.registration.as_ref()
    }

    /// When it asks for work, and how much of it: what its owner wishes.
    pub fn power_policy(&self) -> PowerPolicy {
        self.power_policy
    }

    /// Whether it was last heard of or missed.
    pub fn is_online(&self) -> bool {
        self.online
    }

    /// Whether it is shut out at `now`.
    pub fn is_blacklisted(&self, now: UnixMillis) -> bool {
        self.report_in_force(now).is_some()
    }

    /// The report that it is shut out by at `now`.
    pub(super) fn report_in_force(&self, now: UnixMillis) -> Option<&AgentBlacklisted> {
        self.blacklisted.as_deref().filter(|it| it.expires_at.is_none_or(|end| now < end))
    }

    /// Whether an operator let it take part.
    pub fn is_approved(&self) -> bool {
        self.enrolment.as_ref().is_some_and(|it| it.standing == Standing::Approved)
    }

    fn set_standing(&mut self, standing: Standing) {
        if let Some(enrolment) = &mut self.enrolment {
            enrolment.standing = standing;
        }
    }
}

impl Aggregate for Agent {
    fn evolve(&mut self, event: &Event) {
        match event.family() {
            Family::Node(event) => self.take_in_of_node(event),
            Family::Agent(event) => self.take_in_of_agent(event),
            Family::Ledger(_) | Family::Task(_) | Family::Credit(_) | Family::Anchor(_) | Family::Person(_) => {}
        }
    }
}

impl Agent {
    fn take_in_of_node(&mut self, event: NodeEvent<'_>) {
        match event {
            NodeEvent::NodeEnrolled(it) => {
                let (node, kind, owner) = (it.node.clone(), it.kind, it.owner.clone());
                self.enrolment = Some(Enrolment { node, kind, owner, standing: Standing::Pending });
            }
            NodeEvent::NodeApproved(_) => self.set_standing(Standing::Approved),
            NodeEvent::NodeRejected(_) => self.set_standing(Standing::Rejected),
            NodeEvent::NodeModeChanged(changed) => {
                if let Some(registration) = &mut self.registration {
                    registration.mode = changed.mode;
                }
            }
            NodeEvent::NodePowerPolicySet(said) => self.power_policy = PowerPolicy::of(said),
            NodeEvent::NodeTokenRotated(_) => {}
        }
    }

    fn take_in_of_agent(&mut self, event: AgentEvent<'_>) {
        match event {
            AgentEvent::AgentRegistered(it) => {
                self.registration = Some(Registration {
                    signing_key: it.signing_key,
                    envelope_key: it.envelope_key,
                    mode: it.mode,
                    capabilities: it.capabilities.clone(),
                });
            }
            AgentEvent::AgentKeyReplaced(it) => {
                if let Some(registration) = &mut self.registration {
                    registration.signing_key = it.signing_key;
                    registration.envelope_key = it.envelope_key;
                }
            }
            AgentEvent::AgentCapabilitiesChanged(it) => {
                if let Some(registration) = &mut self.registration {
                    registration.capabilities = it.capabilities.clone();
                }
            }
            AgentEvent::AgentCameOnline(_) => self.online = true,
            AgentEvent::AgentWentOffline(_) => self.online = false,
            AgentEvent::AgentBlacklisted(it) => self.blacklisted = Some(Box::new(it.clone())),
            AgentEvent::AgentBlacklistLifted(_) => self.blacklisted = None,
        }
    }
}
