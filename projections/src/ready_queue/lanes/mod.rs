//! In which order do waiting subtasks go? One lane per need, in it one line per account, in that one per project.

mod line;
mod share;

pub(super) use line::{Rank, Turn};

use super::{names::Number, open_tasks::Place};
use edgecoder_events::task::{Language, ResourceClass, WorkKind};
use line::Line;
use share::{Served, Shares};
use std::collections::{BTreeSet, HashMap};

/// What an agent must offer to take a subtask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Need {
    pub work: WorkKind,
    pub language: Language,
    pub resource: ResourceClass,
    pub model: Option<Number>,
}

/// Whose a task is. A submitter invents project names, so a project counts within its account only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub account: Number,
    pub project: Number,
}

#[derive(Debug, Default)]
struct Lane {
    lines: HashMap<Number, Line>,
    /// The first of each account.
    order: BTreeSet<Rank>,
    waiting: usize,
}

/// Every waiting subtask, and how much each account and project was served.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    by_need: HashMap<Need, Lane>,
    shares: Shares,
    waiting: usize,
}

impl Lane {
    fn head(&self, account: Number, served: u64) -> Option<Rank> {
        let first = self.lines.get(&account)?.head()?;
        Some(Rank { served, first, account })
    }

    /// From where an owner is counted that begins to wait here: the least of those who wait, or what was `reached`.
    fn start(&self, owner: Owner, reached: Served) -> Served {
        match self.lines.get(&owner.account) {
            Some(line) => Served { account: 0, project: line.start(owner.project, reached.project) },
            None => Served { account: self.order.first().map_or(reached.account, |head| head.served), ..reached },
        }
    }

    /// Changes one project's turns and puts project and account where they now belong.
    fn change(&mut self, owner: Owner, (before, after): (Served, Served), change: impl FnOnce(&mut BTreeSet<Turn>)) {
        if let Some(head) = self.head(owner.account, before.account) {
            self.order.remove(&head);
        }
        let line = self.lines.entry(owner.account).or_default();
        line.change(owner.project, (before.project, after.project), change);
        match self.head(owner.account, after.account) {
            Some(head) => {
                self.order.insert(head);
            }
            None => {
                self.lines.remove(&owner.account);
            }
        }
    }

    /// The first that is `allowed`. Accounts are in order of their heads, and nobody comes before the head of the own
    /// account: once a head is behind the best found, so is everybody else.
    fn first(&self, allowed: impl Fn(Place) -> bool) -> Option<Rank> {
        let mut best: Option<Rank> = None;
        for head in &self.order {
            if best.is_some_and(|best| best < *head) {
                break;
            }
            let first = self.lines.get(&head.account)?.first(&allowed);
            let found = first.map(|first| Rank { first, ..*head });
            best = [best, found].into_iter().flatten().min();
        }
        best
    }
}

impl Lanes {
    /// A task of this owner begins.
    pub(super) fn open(&mut self, owner: Owner) {
        self.shares.open(owner);
    }

    /// A task of this owner is over; of a project without tasks nothing is remembered.
    pub(super) fn close(&mut self, owner: Owner) {
        self.shares.close(owner);
    }

    pub(super) fn insert(&mut self, need: Need, owner: Owner, turn: Turn) {
        self.begin(need, owner);
        let served = self.shares.served(owner);
        let lane = self.by_need.entry(need).or_default();
        let mut inserted = false;
        lane.change(owner, (served, served), |turns| inserted = turns.insert(turn));
        lane.waiting += usize::from(inserted);
        self.waiting += usize::from(inserted);
        self.shares.waits_in(owner.account, need);
    }

    pub(super) fn remove(&mut self, need: Need, owner: Owner, turn: Turn) {
        let Some(lane) = self.by_need.get_mut(&need) else { return };
        let served = self.shares.served(owner);
        let mut removed = false;
        lane.change(owner, (served, served), |turns| removed = turns.remove(&turn));
        lane.waiting -= usize::from(removed);
        self.waiting -= usize::from(removed);
        if !lane.lines.contains_key(&owner.account) {
            self.shares.waits_no_more_in(owner.account, need);
        }
        if lane.order.is_empty() {
            self.by_need.remove(&need);
        }
    }

    /// An owner who begins to wait in a lane is counted from where the others in it are.
    fn begin(&mut self, need: Need, owner: Owner) {
        let reached = self.shares.reached(owner.account);
        let start = self.by_need.get(&need).map_or(reached, |lane| lane.start(owner, reached));
        self.set_served(owner, |served| served.at_least(start));
    }

    /// Counts one more subtask of the owner as served.
    pub(super) fn serve(&mut self, owner: Owner) {
        self.shares.reach(owner);
        self.set_served(owner, |served| served.each(|it| it.saturating_add(1)));
    }

    /// Takes one back: what was served came to nothing.
    pub(super) fn unserve(&mut self, owner: Owner) {
        self.set_served(owner, |served| served.each(|it| it.saturating_sub(1)));
    }

    fn set_served(&mut self, owner: Owner, change: impl FnOnce(Served) -> Served) {
        let before = self.shares.served(owner);
        let after = change(before);
        if after == before {
            return;
        }
        self.shares.set_served(owner, after);
        for need in self.shares.needs_of(owner.account) {
            if let Some(lane) = self.by_need.get_mut(need) {
                lane.change(owner, (before, after), |_| {});
            }
        }
    }

    /// The first of all lanes with one of these needs that is `allowed`.
    pub(super) fn first(
        &self,
        needs: impl Iterator<Item = Need>,
        allowed: impl Fn(Place) -> bool,
    ) -> Option<(Need, Rank)> {
        let firsts = needs.filter_map(|need| Some((need, self.by_need.get(&need)?.first(&allowed)?)));
        firsts.min_by_key(|(_, rank)| *rank)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// How many wait with this need.
    pub(super) fn waiting_with(&self, need: Need) -> usize {
        self.by_need.get(&need).map_or(0, |lane| lane.waiting)
    }

    /// How many accounts wait with this need.
    pub(super) fn accounts_with(&self, need: Need) -> usize {
        self.by_need.get(&need).map_or(0, |lane| lane.lines.len())
    }

    /// How many needs there are.
    pub(super) fn needs(&self) -> usize {
        self.by_need.len()
    }

    /// How many wait, by need and project.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Need, Number, usize)> {
        self.by_need.iter().flat_map(|(need, lane)| {
            let counts = lane.lines.values().flat_map(Line::counts);
            counts.map(move |(project, count)| (*need, project, count))
        })
    }
}
