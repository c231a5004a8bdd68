//! How does a transaction reach the root of its block? The siblings on the way up, and the side on which each stands.

use bitcoin::{
    TxMerkleNode, Txid,
    hashes::{Hash, HashEngine},
};
use serde::{Deserialize, Serialize};

/// A block has fewer than 2^24 transactions, whatever they are.
const MAX_PATH: usize = 24;

/// A path in the Merkle tree of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MerklePath {
    /// Which transaction of the block it is, from 0.
    pub position: u32,
    /// The other half at each level, from the transaction upwards.
    pub siblings: Vec<TxMerkleNode>,
}

impl MerklePath {
    /// The path of one transaction among all of a block; nothing if there are not so many.
    pub fn among(transactions: &[Txid], position: usize) -> Option<Self> {
        let mut level: Vec<TxMerkleNode> = transactions.iter().map(|id| (*id).into()).collect();
        let (mut at, mut siblings) = (position, Vec::new());
        level.get(at)?;
        while level.len() > 1 {
            siblings.push(*level.get(at ^ 1).unwrap_or(&level[at]));
            level = level.chunks(2).map(|pair| parent(pair[0], *pair.last().unwrap_or(&pair[0]))).collect();
            at /= 2;
        }
        Some(Self { position: u32::try_from(position).ok()?, siblings })
    }

    /// The root that the path leads to; nothing if the position lies outside a tree of this depth.
    pub fn root_from(&self, transaction: Txid) -> Option<TxMerkleNode> {
        if self.siblings.len() > MAX_PATH || self.position >> self.siblings.len() != 0 {
            return None;
        }
        let upwards = self.siblings.iter().enumerate();
        Some(upwards.fold(transaction.into(), |below, (level, sibling)| {
            if self.is_right_at(level) { parent(*sibling, below) } else { parent(below, *sibling) }
        }))
    }

    /// Whether the path comes from the right half at a level.
    pub(super) fn is_right_at(&self, level: usize) -> bool {
        self.position >> level & 1 == 1
    }
}

fn parent(left: TxMerkleNode, right: TxMerkleNode) -> TxMerkleNode {
    let mut engine = TxMerkleNode::engine();
    engine.input(left.as_byte_array());
    engine.input(right.as_byte_array());
    TxMerkleNode::from_engine(engine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bitcoin::merkle_tree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_transaction_of_a_block_reaches_its_root(seeds in proptest::collection::vec(any::<[u8; 32]>(), 1..40)) {
            let ids: Vec<_> = seeds.into_iter().map(Txid::from_byte_array).collect();
            let root = merkle_tree::calculate_root(ids.iter().copied()).unwrap().into();
            for (position, id) in ids.iter().enumerate() {
                let path = MerklePath::among(&ids, position).unwrap();
                prop_assert_eq!(path.root_from(*id), Some(root));
            }
            prop_assert_eq!(MerklePath::among(&ids, ids.len()), None);
        }
    }

    #[test]
    fn a_position_outside_the_tree_leads_nowhere() {
        let path = MerklePath { position: 2, siblings: vec![TxMerkleNode::all_zeros()] };
        assert_eq!(path.root_from(Txid::all_zeros()), None);
        let path = MerklePath { position: 0, siblings: vec![TxMerkleNode::all_zeros(); MAX_PATH + 1] };
        assert_eq!(path.root_from(Txid::all_zeros()), None);
    }
}
