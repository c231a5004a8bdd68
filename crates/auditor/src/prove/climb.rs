//! How does a proof lead from a leaf to the root? Step by step, as one can follow by hand.

use edgecoder_ledger::tree::{Hash, node_hash};

/// One step up the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Whether the hash of the proof stands to the left of what was reached.
    pub from_the_left: bool,
    /// The hash of the proof.
    pub sibling: Hash,
    /// `SHA-256(01 || left || right)`.
    pub reached: Hash,
}

/// Climbs from leaf `index` of a tree of `size` leaves.
///
/// *Source*: RFC 9162, section 2.1.3.2.
pub fn climb(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Vec<Step> {
    let (mut node, mut last, mut hash) = (index, size.saturating_sub(1), leaf);
    let step = |sibling: &Hash| {
        let from_the_left = node & 1 == 1 || node == last;
        hash = if from_the_left { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
        while from_the_left && node & 1 == 0 && node != 0 {
            (node, last) = (node >> 1, last >> 1);
        }
        (node, last) = (node >> 1, last >> 1);
        Step { from_the_left, sibling: *sibling, reached: hash }
    };
    path.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_ledger::tree::{Frontier, MemoryTree, inclusion_proof, leaf_hash};

    #[test]
    fn the_last_step_reaches_the_root() {
        let (mut tree, mut frontier) = (MemoryTree::default(), Frontier::new());
        for size in 1..70_u64 {
            let leaf = leaf_hash(&size.to_be_bytes());
            tree.append(leaf);
            frontier.append(leaf);
            for index in 0..size {
                let leaf = leaf_hash(&(index + 1).to_be_bytes());
                let path = inclusion_proof(&tree, index, size).unwrap();
                let reached = climb(index, size, leaf, &path).last().map_or(leaf, |step| step.reached);
                assert_eq!(reached, frontier.root(), "{index} of {size}");
            }
        }
    }
}
