//! Was the machine that got a lease one that an operator let take part, and is its owner the one who is paid?

use edgecoder_events::{
    AccountId, AgentId, Event,
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
    /// An operator withdrew the approval.
    rejected: bool,
    blacklisted: Option<Blacklisting>,
}

#[derive(Debug)]
struct Blacklisting {
    until_ms: Option<u64>,
}

impl Machines {
    /// Takes in what is said of a machine; refuses a lease that it should not have got.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only what admits, shuts out or employs a machine matters here")]
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<(), String> {
        let now = entry.recorded_at_ms;
        match event {
            Event::NodeEnrolled(enrolled) => return self.enroll(enrolled),
            Event::NodeApproved(it) => self.change(&it.node, |machine| {
                machine.approved = true;
                machine.rejected = false;
            }),
            Event::NodeRejected(it) => self.change(&it.node, |machine| machine.rejected = true),
            Event::AgentBlacklisted(it) => {
                let blacklisting = Blacklisting { until_ms: it.expires_at.map(|end| end.0) };
                self.change(&it.agent, |machine| machine.blacklisted = Some(blacklisting));
            }
            Event::AgentBlacklistLifted(it) => self.change(&it.agent, |machine| machine.blacklisted = None),
            Event::SubtaskLeased(leased) => return self.check_lease(leased, now),
            _ => {}
        }
        Ok(())
    }

    fn enroll(&mut self, it: &NodeEnrolled) -> Result<(), String> {
        let (kind, owner) = (it.kind, it.owner.clone());
        let machine = Machine { kind, owner, approved: false, rejected: false, blacklisted: None };
        match self.known.insert(it.node.clone(), machine) {
            None => Ok(()),
            Some(_) => Err(format!("the machine {} is enrolled twice", it.node)),
        }
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
