//! In which order do waiting subtasks go? One lane per need, in it one line per project.

use super::{names::Number, open_tasks::Place};
use edgecoder_events::{
    Position,
    task::{Language, ResourceClass, WorkKind},
};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

/// What an agent must offer to take a subtask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Need {
    pub work: WorkKind,
    pub language: Language,
    pub resource: ResourceClass,
    pub model: Option<Number>,
}

/// The order within a project: the higher priority, then first come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    pub priority: Reverse<u8>,
    pub submitted: Position,
    pub place: Place,
}

/// The order between projects: the one that was served least, then the turn of its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub served: u64,
    pub turn: Turn,
    pub project: Number,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: HashMap<Number, BTreeSet<Turn>>,
    /// The first of each project.
    order: BTreeSet<Rank>,
}

#[derive(Debug, Default)]
struct Share {
    served: u64,
    /// The lanes in which the project has somebody waiting: as a rule fewer than a handful.
    needs: Vec<Need>,
}

/// Every waiting subtask, and how much each project was served.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    by_need: HashMap<Need, Lane>,
    shares: HashMap<Number, Share>,
    waiting: usize,
}

impl Lane {
    fn head(&self, project: Number, served: u64) -> Option<Rank> {
        let turn = *self.waiting.get(&project)?.first()?;
        Some(Rank { served, turn, project })
    }

    /// Changes one project's line and puts the project where it now belongs.
    fn change(&mut self, project: Number, served: (u64, u64), change: impl FnOnce(&mut BTreeSet<Turn>)) {
        if let Some(head) = self.head(project, served.0) {
            self.order.remove(&head);
        }
        let line = self.waiting.entry(project).or_default();
        change(line);
        if line.is_empty() {
            self.waiting.remove(&project);
        }
        self.order.extend(self.head(project, served.1));
    }

    /// The first that is `allowed`. Projects are in order of their heads, and nobody comes before the head of the own
    /// project: once a head is behind the best found, so is everybody else.
    fn first(&self, allowed: impl Fn(Place) -> bool) -> Option<Rank> {
        let mut best: Option<Rank> = None;
        for head in &self.order {
            if best.is_some_and(|best| best < *head) {
                break;
            }
            let line = self.waiting.get(&head.project)?;
            let turn = line.iter().find(|turn| allowed(turn.place));
            let found = turn.map(|turn| Rank { turn: *turn, ..*head });
            best = [best, found].into_iter().flatten().min();
        }
        best
    }
}

impl Lanes {
    pub(super) fn insert(&mut self, need: Need, project: Number, turn: Turn) {
        let share = self.shares.entry(project).or_default();
        if !share.needs.contains(&need) {
            share.needs.push(need);
        }
        self.by_need.entry(need).or_default().change(project, (share.served, share.served), |line| {
            line.insert(turn);
        });
        self.waiting += 1;
    }

    pub(super) fn remove(&mut self, need: Need, project: Number, turn: Turn) {
        let (Some(share), Some(lane)) = (self.shares.get_mut(&project), self.by_need.get_mut(&need)) else { return };
        let mut removed = false;
        lane.change(project, (share.served, share.served), |line| removed = line.remove(&turn));
        self.waiting -= usize::from(removed);
        if !lane.waiting.contains_key(&project) {
            share.needs.retain(|it| *it != need);
        }
        if lane.order.is_empty() {
            self.by_need.remove(&need);
        }
    }

    /// Counts one more subtask of the project as served.
    pub(super) fn serve(&mut self, project: Number) {
        self.set_served(project, |served| served + 1);
    }

    /// Takes one back: what was served came to nothing.
    pub(super) fn unserve(&mut self, project: Number) {
        self.set_served(project, |served| served.saturating_sub(1));
    }

    fn set_served(&mut self, project: Number, change: impl FnOnce(u64) -> u64) {
        let share = self.shares.entry(project).or_default();
        let before = share.served;
        share.served = change(before);
        for need in &share.needs {
            if let Some(lane) = self.by_need.get_mut(need) {
                lane.change(project, (before, share.served), |_| {});
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

    /// How many wait, by need and project.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Need, Number, usize)> {
        self.by_need
            .iter()
            .flat_map(|(need, lane)| lane.waiting.iter().map(|(project, line)| (*need, *project, line.len())))
    }
}
