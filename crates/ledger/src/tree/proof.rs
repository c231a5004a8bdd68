//! Does a leaf, or an older tree, belong to a tree of which only the root is known?

use super::{Hash, MAX_TREE_SIZE, Subtrees, node_hash};

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The sizes or the index ask for something that cannot be proven.
    #[error("nothing can be proven about these sizes")]
    Sizes,
    /// Too few or too many hashes.
    #[error("the proof has a wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Why no proof can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeProofError<E> {
    /// The index or the older size lies outside the tree.
    #[error("{what} lies outside a tree of {size} leaves")]
    Outside {
        /// The index or the older size.
        what: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A subtree's hash could not be had.
    #[error("could not read a subtree: {0}")]
    Subtree(E),
}

/// Proves that leaf `index` belongs to the tree of `size` leaves: hashes from the leaf upwards.
///
/// # Errors
/// The leaf is not in the tree, or a hash cannot be had.
pub fn inclusion_proof<T: Subtrees>(trees: &T, index: u64, size: u64) -> Result<Vec<Hash>, MakeProofError<T::Error>> {
    if index >= size || size > MAX_TREE_SIZE {
        return Err(MakeProofError::Outside { what: index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while let Some(middle) = split(start, end) {
        if index < middle {
            proof.push(range_root(trees, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(trees, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proves that the tree of `old` leaves is the beginning of the tree of `new` leaves.
///
/// # Errors
/// The older tree is empty or larger, or a hash cannot be had.
pub fn consistency_proof<T: Subtrees>(trees: &T, old: u64, new: u64) -> Result<Vec<Hash>, MakeProofError<T::Error>> {
    if old == 0 || old > new || new > MAX_TREE_SIZE {
        return Err(MakeProofError::Outside { what: old, size: new });
    }
    let (mut start, mut end) = (0, new);
    let mut proof = Vec::new();
    while old != end {
        let Some(middle) = split(start, end) else { break };
        if old <= middle {
            proof.push(range_root(trees, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(trees, start, middle)?);
            start = middle;
        }
    }
    // The verifier knows the old root; where the old tree is one subtree of the new one, that is enough.
    if start != 0 {
        proof.push(range_root(trees, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Where RFC 6962 parts the leaves from `start` to `end`: after the largest power of two that leaves a rest.
fn split(start: u64, end: u64) -> Option<u64> {
    let last = end.checked_sub(start)?.checked_sub(1)?;
    start.checked_add(1_u64.checked_shl(last.checked_ilog2()?)?)
}

/// The root over the leaves from `start` to `end`, where `start` is a place at which [`split`] parts the tree.
fn range_root<T: Subtrees>(trees: &T, start: u64, end: u64) -> Result<Hash, MakeProofError<T::Error>> {
    let mut parts = Vec::new();
    let mut from = start;
    while let Some(level) = end.saturating_sub(from).checked_ilog2() {
        let index = from.checked_shr(level).unwrap_or(0);
        parts.push(trees.subtree(level, index).map_err(MakeProofError::Subtree)?);
        from = from.saturating_add(1_u64.checked_shl(level).unwrap_or(0));
    }
    Ok(parts.into_iter().rev().reduce(|right, left| node_hash(&left, &right)).expect("a range has leaves"))
}

/// Checks that `leaf` is leaf number `index` of the tree of `size` leaves with root `root`.
///
/// *Source*: RFC 9162, section 2.1.3.2.
///
/// # Errors
/// [`ProofError`], if it is not proven.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else { return Err(ProofError::Sizes) };
    let mut climb = Climb { node: index, last };
    let mut hash = *leaf;
    for sibling in proof {
        hash = if climb.sibling_is_left()? { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
        climb.up();
    }
    climb.ended()?;
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old_size` leaves with `old_root` is the beginning of the one of `new_size` with `new_root`.
///
/// *Source*: RFC 9162, section 2.1.4.2. Nothing is proven about an empty older tree, so it is refused.
///
/// # Errors
/// [`ProofError`], if it is not proven.
pub fn verify_consistency(
    (old_size, old_root): (u64, &Hash),
    (new_size, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    let (Some(node), Some(last)) = (old_size.checked_sub(1), new_size.checked_sub(1)) else {
        return Err(ProofError::Sizes);
    };
    if node >= last {
        return match proof {
            _ if node > last => Err(ProofError::Sizes),
            [] if old_root == new_root => Ok(()),
            [] => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        };
    }
    let mut climb = Climb { node, last };
    climb.skip_right_edges();
    let (first, rest) = match proof {
        [] => return Err(ProofError::Length),
        _ if old_size.is_power_of_two() => (old_root, proof),
        [first, rest @ ..] => (first, rest),
    };
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if climb.sibling_is_left()? {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
        } else {
            new = node_hash(&new, sibling);
        }
        climb.up();
    }
    climb.ended()?;
    if old == *old_root && new == *new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// The way from a node to the root: its index and the last index on the same level (`fn` and `sn` of RFC 9162).
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Whether the next hash of the proof stands to the left; an error where the root is reached already.
    fn sibling_is_left(&mut self) -> Result<bool, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        let left = !self.node.is_multiple_of(2) || self.node == self.last;
        if left {
            // A node at the right edge without a sibling rises unchanged until it is a right child.
            while self.node != 0 && self.node.is_multiple_of(2) {
                self.up();
            }
        }
        Ok(left)
    }

    /// Rises from where the node is a right child.
    fn skip_right_edges(&mut self) {
        while !self.node.is_multiple_of(2) {
            self.up();
        }
    }

    const fn up(&mut self) {
        self.node /= 2;
        self.last /= 2;
    }

    const fn ended(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length) }
    }
}
