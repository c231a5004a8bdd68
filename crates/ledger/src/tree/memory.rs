//! A whole tree in memory, for ledgers that are small or short-lived.

use super::{Hash, Subtrees, node_hash};

/// A subtree that the tree does not have, or not yet completely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no complete subtree {index} at level {level}")]
pub struct NotInTree {
    /// The level asked for.
    pub level: u32,
    /// The index asked for.
    pub index: u64,
}

/// Holds every complete subtree's hash: two hashes per leaf.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    /// Appends one leaf, given by its leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0_usize.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => return,
            }
        }
    }
}

impl Subtrees for MemoryTree {
    type Error = NotInTree;

    fn subtree(&self, level: u32, index: u64) -> Result<Hash, NotInTree> {
        let row = usize::try_from(level).ok().and_then(|level| self.levels.get(level));
        let hash = usize::try_from(index).ok().and_then(|index| row?.get(index));
        hash.copied().ok_or(NotInTree { level, index })
    }
}
