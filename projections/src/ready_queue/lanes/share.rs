//! How much was each account served, and each project within it?

use super::{Need, Owner};
use crate::ready_queue::names::Number;
use std::collections::{HashMap, HashSet};

/// How many subtasks of an account were served, and how many of those were of one project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Served {
    pub account: u64,
    pub project: u64,
}

#[derive(Debug, Default)]
struct Share {
    served: u64,
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
pub(super) struct Shares(HashMap<Number, Share>);

impl Shares {
    pub(super) fn open(&mut self, owner: Owner) {
        self.0.entry(owner.account).or_default().projects.entry(owner.project).or_default().open += 1;
    }

    pub(super) fn close(&mut self, owner: Owner) {
        let Some(share) = self.0.get_mut(&owner.account) else { return };
        let Some(project) = share.projects.get_mut(&owner.project) else { return };
        project.open = project.open.saturating_sub(1);
        if project.open == 0 {
            share.projects.remove(&owner.project);
        }
    }

    pub(super) fn served(&self, owner: Owner) -> Served {
        let Some(share) = self.0.get(&owner.account) else { return Served::default() };
        let project = share.projects.get(&owner.project).map_or(0, |project| project.served);
        Served { account: share.served, project }
    }

    pub(super) fn set_served(&mut self, owner: Owner, served: Served) {
        let Some(share) = self.0.get_mut(&owner.account) else { return };
        share.served = served.account;
        if let Some(project) = share.projects.get_mut(&owner.project) {
            project.served = served.project;
        }
    }

    pub(super) fn waits_in(&mut self, account: Number, need: Need) {
        self.0.entry(account).or_default().needs.insert(need);
    }

    pub(super) fn waits_no_more_in(&mut self, account: Number, need: Need) {
        if let Some(share) = self.0.get_mut(&account) {
            share.needs.remove(&need);
        }
    }

    pub(super) fn needs_of(&self, account: Number) -> impl Iterator<Item = &Need> {
        self.0.get(&account).into_iter().flat_map(|share| &share.needs)
    }
}
