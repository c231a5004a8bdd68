//! Was the machine that got a lease one that an operator let take part, is its owner the one who is paid, and did no other
//! account have a say?

use edgecoder_events::{
    AccountId, AgentEvent, AgentId, Event, Family, NodeEvent, TaskEvent,
    node::{NodeEnrolled, NodeKind},
    task::SubtaskLeased,
};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// Every enrolled machine, as of the last entry.
#[derive(Debug, Default)]
pub(super) struct Machines {
    known: HashMap<AgentId, Machine>,
}

#[derive(Debug)]
struct Machine {
    kind: NodeKind,
    owner: AccountId,
    approved: bool,
    /// An operator withdrew the approval, or the owner took the machine back.
    rejected: bool,
    blacklisted: Option<Blacklisting>,
}

#[derive(Debug)]
struct Blacklisting {
    until_ms: Option<u64>,
}

impl Machines {
    /// Takes in what is said of a machine; refuses a lease that it should not have got.
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<(), String> {
        match event.family() {
            Family::Node(event) => self.admit(entry, event),
            Family::Agent(event) => self.shut_out(entry, event),
            Family::Task(event) => self.employ(event, entry.recorded_at_ms),
            Family::Ledger(_) | Family::Credit(_) | Family::Anchor(_) | Family::Person(_) => Ok(()),
        }
    }

    fn admit(&mut self, entry: &Entry<'_>, event: NodeEvent<'_>) -> Result<(), String> {
        match event {
            NodeEvent::NodeEnrolled(enrolled) => return self.enroll(enrolled),
            NodeEvent::NodeApproved(it) => self.change(&it.node, |machine| {
                machine.approved = true;
                machine.rejected = false;
            }),
            NodeEvent::NodeRejected(it) => {
                self.check_owner(entry, &it.node)?;
                self.change(&it.node, |machine| machine.rejected = true);
            }
            NodeEvent::NodeTokenRotated(it) => self.check_owner(entry, &it.node)?,
            NodeEvent::NodePowerPolicySet(it) => self.check_owner(entry, &it.node)?,
            NodeEvent::NodeModeChanged(_) => {}
        }
        Ok(())
    }

    fn shut_out(&mut self, entry: &Entry<'_>, event: AgentEvent<'_>) -> Result<(), String> {
        match event {
            AgentEvent::AgentBlacklisted(it) => {
                let blacklisting = Blacklisting { until_ms: it.expires_at.map(|end| end.0) };
                self.change(&it.agent, |machine| machine.blacklisted = Some(blacklisting));
            }
            AgentEvent::AgentBlacklistLifted(it) => self.change(&it.agent, |machine| machine.blacklisted = None),
            AgentEvent::AgentWentOffline(it) => self.check_owner(entry, &it.agent)?,
            AgentEvent::AgentRegistered(_)
            | AgentEvent::AgentKeyReplaced(_)
            | AgentEvent::AgentCapabilitiesChanged(_)
            | AgentEvent::AgentCameOnline(_) => {}
        }
        Ok(())
    }

    fn employ(&self, event: TaskEvent<'_>, now: u64) -> Result<(), String> {
        match event {
            TaskEvent::SubtaskLeased(leased) => self.check_lease(leased, now),
            TaskEvent::TaskSubmitted(_)
            | TaskEvent::TaskPlanned(_)
            | TaskEvent::SubtaskReturned(_)
            | TaskEvent::SubtaskStopped(_)
            | TaskEvent::SubtaskFinished(_)
            | TaskEvent::TaskEscalated(_)
            | TaskEvent::SubtaskRevised(_)
            | TaskEvent::TaskCompleted(_)
            | TaskEvent::TaskFailed(_)
            | TaskEvent::TaskCancelled(_)
            | TaskEvent::TaskAnswered(_)
            | TaskEvent::TaskReviewed(_) => Ok(()),
        }
    }

    fn enroll(&mut self, it: &NodeEnrolled) -> Result<(), String> {
        let (kind, owner) = (it.kind, it.owner.clone());
        let machine = Machine { kind, owner, approved: false, rejected: false, blacklisted: None };
        match self.known.insert(it.node.clone(), machine) {
            None => Ok(()),
            Some(_) => Err(format!("the machine {} is enrolled twice", it.node)),
        }
    }

    /// An account may only renew the token of a machine that it owns, say when that asks for work, and take it back.
    fn check_owner(&self, entry: &Entry<'_>, node: &AgentId) -> Result<(), String> {
        let Some(account) = entry.actor.strip_prefix("account:") else { return Ok(()) };
        if self.known.get(node).is_some_and(|machine| machine.owner.as_str() == account) {
            return Ok(());
        }
        Err(format!("{} is recorded of {account}, who does not own {node}", entry.kind))
    }

    fn change(&mut self, machine: &AgentId, change: impl FnOnce(&mut Machine)) {
        if let Some(machine) = self.known.get_mut(machine) {
            change(machine);
        }
    }

    fn check_lease(&self, leased: &SubtaskLeased, now: u64) -> Result<(), String> {
        let agent = &leased.agent;
        let Some(machine) = self.known.get(agent).filter(|machine| machine.kind == NodeKind::Agent) else {
            return Err(format!("{agent} gets a lease, and nobody enrolled it to work"));
        };
        if !machine.approved {
            return Err(format!("{agent} gets a lease, and no operator approved it"));
        }
        if machine.is_shut_out(now) {
            return Err(format!("{agent} gets a lease, and was shut out before"));
        }
        if machine.owner != leased.payee {
            return Err(format!("{} is to be paid for {agent}, which {} owns", leased.payee, machine.owner));
        }
        Ok(())
    }
}

impl Machine {
    /// Whether it was refused, or is blacklisted at `now`: a lease is decided on what the log says of its machine.
    fn is_shut_out(&self, now: u64) -> bool {
        let in_force = |it: &Blacklisting| it.until_ms.is_none_or(|until| now < until);
        self.rejected || self.blacklisted.as_ref().is_some_and(in_force)
    }
}
