//! In which order do the waiting subtasks of one account go? One line of turns per project.

use crate::ready_queue::{names::Number, open_tasks::Place};
use edgecoder_events::Position;
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

/// The order within a project: the higher priority, then first come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ready_queue) struct Turn {
    pub priority: Reverse<u8>,
    pub submitted: Position,
    pub place: Place,
}

/// The order between the projects of an account: the one that was served least, then the turn of its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ready_queue) struct ProjectRank {
    pub served: u64,
    pub turn: Turn,
    pub project: Number,
}

/// The order between accounts: the one that was served least, then as between projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ready_queue) struct Rank {
    pub served: u64,
    pub first: ProjectRank,
    pub account: Number,
}

/// Who waits of one account.
#[derive(Debug, Default)]
pub(super) struct Line {
    turns: HashMap<Number, BTreeSet<Turn>>,
    /// The first of each project.
    order: BTreeSet<ProjectRank>,
}

impl Line {
    /// The first; none where nobody waits.
    pub(super) fn head(&self) -> Option<ProjectRank> {
        self.order.first().copied()
    }

    /// From where a project is counted that begins to wait here: 0 where it waits already.
    pub(super) fn start(&self, project: Number, reached: u64) -> u64 {
        if self.turns.contains_key(&project) { 0 } else { self.head().map_or(reached, |head| head.served) }
    }

    fn head_of(&self, project: Number, served: u64) -> Option<ProjectRank> {
        let turn = *self.turns.get(&project)?.first()?;
        Some(ProjectRank { served, turn, project })
    }

    /// Changes one project's turns and puts the project where it now belongs.
    pub(super) fn change(
        &mut self,
        project: Number,
        (before, after): (u64, u64),
        change: impl FnOnce(&mut BTreeSet<Turn>),
    ) {
        if let Some(head) = self.head_of(project, before) {
            self.order.remove(&head);
        }
        let turns = self.turns.entry(project).or_default();
        change(turns);
        if turns.is_empty() {
            self.turns.remove(&project);
        }
        self.order.extend(self.head_of(project, after));
    }

    /// The first that is `allowed`; found as between accounts.
    pub(super) fn first(&self, allowed: impl Fn(Place) -> bool) -> Option<ProjectRank> {
        let mut best: Option<ProjectRank> = None;
        for head in &self.order {
            if best.is_some_and(|best| best < *head) {
                break;
            }
            let turn = self.turns.get(&head.project)?.iter().find(|turn| allowed(turn.place));
            let found = turn.map(|turn| ProjectRank { turn: *turn, ..*head });
            best = [best, found].into_iter().flatten().min();
        }
        best
    }

    /// How many wait, by project.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Number, usize)> {
        self.turns.iter().map(|(project, turns)| (*project, turns.len()))
    }
}
