//! Which root commits to all entries, and how is a part of the tree proven to belong to it?
//!
//! The Merkle tree of RFC 6962 with SHA-256 over the same entry bytes that the chain hashes, so that chain and tree
//! commit to the same leaves, and so that tools for transparency logs can read our log.

mod frontier;
mod memory;
mod proof;
mod tile;
mod tile_path;

pub use frontier::{Frontier, FrontierError};
pub use memory::{MemoryTree, NotInTree};
pub use proof::{MakeProofError, ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use tile::{
    FullTile, MAX_TILE_LEVELS, MissingTile, NeededTiles, TILE_HEIGHT, TILE_WIDTH, TilePlace, TileSet, Tiling,
    hashes_at, width_in,
};
pub use tile_path::{TileKind, TilePath, TilePathError};

use sha2::{Digest, Sha256};

/// A SHA-256 hash of a leaf, a node or a root.
pub type Hash = [u8; 32];

/// The most leaves a tree has: positions are stored in databases as signed 64-bit integers.
pub const MAX_TREE_SIZE: u64 = 1 << 62;

const LEAF_PREFIX: [u8; 1] = [0];
const NODE_PREFIX: u8 = 1;

/// The hash of a leaf: SHA-256 of a zero byte and the entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update(LEAF_PREFIX).chain_update(entry).finalize().into()
}

/// The hash over two subtrees: SHA-256 of a one byte and both hashes.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut both = [NODE_PREFIX; 65];
    both[1..33].copy_from_slice(left);
    both[33..].copy_from_slice(right);
    Sha256::digest(both).into()
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Yields the hashes of complete subtrees, from memory or from tiles.
pub trait Subtrees {
    /// Why a hash cannot be had.
    type Error;

    /// The root of the complete subtree of `2^level` leaves that begins at leaf `index * 2^level`.
    fn subtree(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

#[cfg(test)]
mod tests;
