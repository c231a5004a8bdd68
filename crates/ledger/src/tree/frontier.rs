//! What must be remembered of a tree to append to it and to know its root?

use super::{Hash, MAX_TREE_SIZE, empty_root, node_hash};

/// Stored hashes do not describe a tree of the stated size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// One hash is needed for each one bit of the size.
    #[error("a tree of {size} leaves has {expected} subtrees, not {got}")]
    Count {
        /// The stated size.
        size: u64,
        /// How many hashes such a tree has.
        expected: u32,
        /// How many there are.
        got: usize,
    },
    /// No ledger has so many entries.
    #[error("a tree of {0} leaves is larger than any ledger")]
    TooLarge(u64),
}

/// The right edge of a growing tree: the roots of its complete subtrees, the largest first (a "compact range").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub const fn new() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// Takes up a frontier that was stored.
    ///
    /// # Errors
    /// The number of hashes does not fit the size. Whether the hashes are right shows only in the root.
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Result<Self, FrontierError> {
        if size >= MAX_TREE_SIZE {
            return Err(FrontierError::TooLarge(size));
        }
        let expected = size.count_ones();
        match u32::try_from(hashes.len()) {
            Ok(got) if got == expected => Ok(Self { size, hashes }),
            _ => Err(FrontierError::Count { size, expected, got: hashes.len() }),
        }
    }

    /// Appends one leaf, given by its leaf hash.
    ///
    /// # Panics
    /// At [`MAX_TREE_SIZE`] leaves, which no ledger reaches.
    pub fn append(&mut self, leaf: Hash) {
        assert!(self.size < MAX_TREE_SIZE, "a ledger never has that many entries");
        let mut subtree = leaf;
        // Each trailing one bit of the size is a complete subtree that the new one completes to one twice as large.
        for _ in 0..self.size.trailing_ones() {
            let left = self.hashes.pop().expect("one hash per one bit of the size");
            subtree = node_hash(&left, &subtree);
        }
        self.hashes.push(subtree);
        self.size = self.size.saturating_add(1);
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let from_the_right = self.hashes.iter().rev().copied();
        from_the_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}
