//! How much was each account served, and each project within it?
//!
//! Fair queueing by start time: what was served is a clock of its own. Who begins to wait is counted from where those
//! are that wait already, so that neither a new account nor one that was idle for long goes before everybody else until
//! it has caught up.

use super::{Need, Owner};
use crate::ready_queue::names::Number;
use std::collections::{HashMap, HashSet};

/// How often an account was served, and how often one project of it, each counted from where it began to wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Served {
    pub account: u64,
    pub project: u64,
}

impl Served {
    /// The higher of each.
    pub(super) fn at_least(self, other: Self) -> Self {
        Self { account: self.account.max(other.account), project: self.project.max(other.project) }
    }

    pub(super) fn each(self, change: impl Fn(u64) -> u64) -> Self {
        Self { account: change(self.account), project: change(self.project) }
    }
}

#[derive(Debug, Default)]
struct Share {
    served: u64,
    /// The most that a project of it had been served before it was served again.
    reached: u64,
    projects: HashMap<Number, ProjectShare>,
    /// The lanes in which the account has somebody waiting: as a rule fewer than a handful.
    needs: HashSet<Need>,
}

#[derive(Debug, Default)]
struct ProjectShare {
    served: u64,
    /// Its tasks that have not ended; without any it is forgotten.
    open: u64,
}

/// The shares of every account that ever submitted: as many as there are accounts.
#[derive(Debug, Default)]
pub(super) struct Shares {
    of: HashMap<Number, Share>,
    /// The most that an account had been served before it was served again.
    reached: u64,
}

impl Shares {
    pub(super) fn open(&mut self, owner: Owner) {
        self.of.entry(owner.account).or_default().projects.entry(owner.project).or_default().open += 1;
    }

    pub(super) fn close(&mut self, owner: Owner) {
        let Some(share) = self.of.get_mut(&owner.account) else { return };
        let Some(project) = share.projects.get_mut(&owner.project) else { return };
        project.open = project.open.saturating_sub(1);
        if project.open == 0 {
            share.projects.remove(&owner.project);
        }
    }

    pub(super) fn served(&self, owner: Owner) -> Served {
        let Some(share) = self.of.get(&owner.account) else { return Served::default() };
        let project = share.projects.get(&owner.project).map_or(0, |project| project.served);
        Served { account: share.served, project }
    }

    pub(super) fn set_served(&mut self, owner: Owner, served: Served) {
        let Some(share) = self.of.get_mut(&owner.account) else { return };
        share.served = served.account;
        if let Some(project) = share.projects.get_mut(&owner.project) {
            project.served = served.project;
        }
    }

    /// Where those are whom nobody waits beside.
    pub(super) fn reached(&self, account: Number) -> Served {
        let project = self.of.get(&account).map_or(0, |share| share.reached);
        Served { account: self.reached, project }
    }

    /// Remembers how far the one who is served next had come.
    pub(super) fn reach(&mut self, owner: Owner) {
        let served = self.served(owner);
        self.reached = self.reached.max(served.account);
        if let Some(share) = self.of.get_mut(&owner.account) {
            share.reached = share.reached.max(served.project);
        }
    }

    pub(super) fn waits_in(&mut self, account: Number, need: Need) {
        self.of.entry(account).or_default().needs.insert(need);
    }

    pub(super) fn waits_no_more_in(&mut self, account: Number, need: Need) {
        if let Some(share) = self.of.get_mut(&account) {
            share.needs.remove(&need);
        }
    }

    pub(super) fn needs_of(&self, account: Number) -> impl Iterator<Item = &Need> {
        self.of.get(&account).into_iter().flat_map(|share| &share.needs)
    }
}
