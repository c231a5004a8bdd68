//! Which leaf hashes were computed just now? Those that the sequencer had to make anyhow are not made twice.

use edgecoder_ledger::tree::Hash;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// As many as a second of appends makes at most: 4 MiB.
const MOST_LEAVES: usize = 131_072;

/// The leaf hashes of the newest entries, without gaps.
#[derive(Default)]
pub(crate) struct RecentLeaves(Mutex<Leaves>);

#[derive(Default)]
struct Leaves {
    first: u64,
    hashes: VecDeque<Hash>,
}

impl RecentLeaves {
    /// Takes the leaves from `first` on; forgets the oldest ones, and everything that these do not follow.
    pub(crate) fn push(&self, first: u64, leaves: &[Hash]) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.first.saturating_add(recent.hashes.len() as u64) != first {
            *recent = Leaves { first, hashes: VecDeque::new() };
        }
        recent.hashes.extend(leaves);
        let over = recent.hashes.len().saturating_sub(MOST_LEAVES);
        recent.hashes.drain(..over);
        recent.first = recent.first.saturating_add(over as u64);
    }

    /// The leaves from `from` until before `to`, where all of them are here.
    pub(crate) fn range(&self, from: u64, to: u64) -> Option<Vec<Hash>> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = |position: u64| usize::try_from(position.checked_sub(recent.first)?).ok();
        let (from, to) = (place(from)?, place(to)?);
        (to <= recent.hashes.len()).then(|| recent.hashes.range(from..to).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_there_where_all_of_them_are() {
        let recent = RecentLeaves::default();
        recent.push(5, &[[5; 32], [6; 32]]);
        recent.push(7, &[[7; 32]]);
        assert_eq!(recent.range(6, 8), Some(vec![[6; 32], [7; 32]]));
        assert_eq!((recent.range(4, 6), recent.range(6, 9)), (None, None));
        assert_eq!(recent.range(8, 8), Some(vec![]));
        recent.push(20, &[[20; 32]]);
        assert_eq!((recent.range(7, 8), recent.range(20, 21)), (None, Some(vec![[20; 32]])), "a gap forgets");
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let recent = RecentLeaves::default();
        recent.push(0, &vec![[0; 32]; MOST_LEAVES]);
        recent.push(MOST_LEAVES as u64, &[[1; 32]]);
        assert_eq!(recent.range(0, 1), None);
        assert_eq!(recent.range(1, MOST_LEAVES as u64 + 1).unwrap().len(), MOST_LEAVES);
    }
}
