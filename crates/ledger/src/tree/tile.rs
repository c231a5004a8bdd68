//! How is the tree cut into files that never change? The tiles of C2SP tlog-tiles: 256 hashes each.

use super::{Hash, MAX_TREE_SIZE, Subtrees, node_hash};
use std::{collections::HashMap, sync::Arc};

/// How many hashes a full tile has, and how many entries a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// How many levels of the tree one tile spans.
pub const TILE_HEIGHT: u32 = 8;
/// Levels of tiles that a tree of [`MAX_TREE_SIZE`] leaves has.
pub const MAX_TILE_LEVELS: u8 = 8;

/// Which tile, whatever part of it there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePlace {
    /// Leaf hashes are at level 0; a hash one level up is the root of a full tile below.
    pub level: u8,
    /// Counted from zero in its level.
    pub number: u64,
}

/// A tile that is full and will never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Which one.
    pub place: TilePlace,
    /// Its 256 hashes.
    pub hashes: Vec<Hash>,
}

/// Cuts a growing tree into tiles: holds the tiles that are not full, one in each level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tiling {
    size: u64,
    partial: Vec<Vec<Hash>>,
}

impl Tiling {
    /// The tiling of the empty tree.
    pub const fn new() -> Self {
        Self { size: 0, partial: Vec::new() }
    }

    /// Takes up the tiling of `size` leaves, a multiple of 256; `tile` yields the tiles that were full then.
    ///
    /// # Errors
    /// Those of `tile`.
    pub fn resume<E>(size: u64, mut tile: impl FnMut(TilePlace) -> Result<Vec<Hash>, E>) -> Result<Self, E> {
        let mut partial = vec![Vec::new()];
        let mut below = size.min(MAX_TREE_SIZE).checked_div(TILE_WIDTH).unwrap_or(0);
        for level in 0..MAX_TILE_LEVELS {
            // What stands in the unfinished tile one level up: the roots of the newest full tiles of this level.
            let standing = below.checked_rem(TILE_WIDTH).unwrap_or(0);
            let first = below.saturating_sub(standing);
            let roots = (first..below).map(|number| Ok(root(&tile(TilePlace { level, number })?)));
            partial.push(roots.collect::<Result<_, E>>()?);
            below = below.checked_div(TILE_WIDTH).unwrap_or(0);
            if below == 0 {
                break;
            }
        }
        Ok(Self { size, partial })
    }

    /// Appends one leaf, given by its leaf hash; `full` gets the tiles that it fills.
    ///
    /// # Panics
    /// At [`MAX_TREE_SIZE`] leaves, which no ledger reaches.
    pub fn append(&mut self, leaf: Hash, mut full: impl FnMut(FullTile)) {
        assert!(self.size < MAX_TREE_SIZE, "a ledger never has that many entries");
        self.size = self.size.saturating_add(1);
        let (mut hash, mut tiles) = (leaf, self.size);
        for level in 0..MAX_TILE_LEVELS {
            let place = usize::from(level);
            if self.partial.len() == place {
                self.partial.push(Vec::new());
            }
            self.partial[place].push(hash);
            if !tiles.is_multiple_of(TILE_WIDTH) {
                return;
            }
            tiles = tiles.checked_div(TILE_WIDTH).unwrap_or(0);
            let hashes = std::mem::take(&mut self.partial[place]);
            hash = root(&hashes);
            full(FullTile { place: TilePlace { level, number: tiles.saturating_sub(1) }, hashes });
        }
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the tile that is not full yet, where `place` is that one.
    pub fn unfinished(&self, place: TilePlace) -> Option<&[Hash]> {
        let hashes = self.partial.get(usize::from(place.level))?;
        let full = hashes_at(self.size, place.level).checked_div(TILE_WIDTH)?;
        (place.number == full && !hashes.is_empty()).then_some(hashes.as_slice())
    }

    /// The root of the tree, from the tiles that are not full.
    pub fn root(&self) -> Hash {
        let from_the_right = self.partial.iter().flat_map(|hashes| complete_parts(hashes).into_iter().rev());
        from_the_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(super::empty_root)
    }
}

/// How many hashes the tiles of one level hold in a tree of `size` leaves.
pub fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(TILE_HEIGHT)).unwrap_or(0)
}

/// How many hashes of a tile belong to a tree of `size` leaves: none, some, or all 256.
pub fn width_in(size: u64, place: TilePlace) -> u64 {
    let before = place.number.saturating_mul(TILE_WIDTH);
    hashes_at(size, place.level).saturating_sub(before).min(TILE_WIDTH)
}

/// The root over a power of two of hashes.
fn root(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks(2).map(pair_hash).collect();
    }
    row[0]
}

/// The roots of the complete subtrees that a row of hashes consists of, the largest first.
fn complete_parts(mut hashes: &[Hash]) -> Vec<Hash> {
    let mut parts = Vec::new();
    while let Some(level) = hashes.len().checked_ilog2() {
        let (part, rest) = hashes.split_at(1_usize.checked_shl(level).unwrap_or(1));
        parts.push(root(part));
        hashes = rest;
    }
    parts
}

fn pair_hash(pair: &[Hash]) -> Hash {
    match pair {
        [left, right] => node_hash(left, right),
        alone => alone[0],
    }
}

/// A subtree lies in a tile that is not at hand, or that is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tile {}/{} is missing or too short", .0.level, .0.number)]
pub struct MissingTile(pub TilePlace);

/// Tiles at hand, enough for one proof.
#[derive(Debug, Clone, Default)]
pub struct TileSet(HashMap<TilePlace, Arc<[Hash]>>);

impl TileSet {
    /// The tiles that a proof takes hashes from: `prove` makes it, as with [`super::inclusion_proof`].
    ///
    /// # Errors
    /// Those of `prove`: the proof cannot be made of any tiles.
    pub fn needed<T, E>(prove: impl FnOnce(&NeededTiles) -> Result<T, E>) -> Result<Vec<TilePlace>, E> {
        let needed = NeededTiles::default();
        prove(&needed)?;
        let mut places = needed.0.into_inner();
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    /// Adds a tile, full or not.
    pub fn insert(&mut self, place: TilePlace, hashes: impl Into<Arc<[Hash]>>) {
        self.0.insert(place, hashes.into());
    }
}

impl Subtrees for TileSet {
    type Error = MissingTile;

    fn subtree(&self, level: u32, index: u64) -> Result<Hash, MissingTile> {
        let (place, first, count) = inside_tile(level, index);
        let tile = self.0.get(&place);
        let hashes = tile.and_then(|tile| tile.get(first..first.saturating_add(count)));
        hashes.map(root).ok_or(MissingTile(place))
    }
}

/// Notes which tiles a proof wants, and answers with zeros.
#[derive(Debug, Default)]
pub struct NeededTiles(std::cell::RefCell<Vec<TilePlace>>);

impl Subtrees for NeededTiles {
    type Error = MissingTile;

    fn subtree(&self, level: u32, index: u64) -> Result<Hash, MissingTile> {
        self.0.borrow_mut().push(inside_tile(level, index).0);
        Ok([0; 32])
    }
}

/// Where the hashes of a complete subtree stand: the tile, the first of them, and how many.
fn inside_tile(level: u32, index: u64) -> (TilePlace, usize, usize) {
    let within = level.checked_rem(TILE_HEIGHT).unwrap_or(0);
    let first = index.checked_shl(within).unwrap_or(u64::MAX);
    let tile_level = level.checked_div(TILE_HEIGHT).unwrap_or(0);
    let place = TilePlace {
        level: u8::try_from(tile_level).unwrap_or(u8::MAX),
        number: first.checked_div(TILE_WIDTH).unwrap_or(0),
    };
    let first = first.checked_rem(TILE_WIDTH).and_then(|first| usize::try_from(first).ok()).unwrap_or(0);
    (place, first, 1_usize.checked_shl(within).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Frontier, MemoryTree, consistency_proof, inclusion_proof, leaf_hash};
    use proptest::prelude::*;
    use std::convert::Infallible;

    fn leaf(number: u64) -> Hash {
        leaf_hash(&number.to_be_bytes())
    }

    struct Grown {
        tiling: Tiling,
        full: HashMap<TilePlace, Vec<Hash>>,
        memory: MemoryTree,
        frontier: Frontier,
    }

    fn grown(size: u64) -> Grown {
        let (mut tiling, mut full) = (Tiling::new(), HashMap::new());
        let (mut memory, mut frontier) = (MemoryTree::default(), Frontier::new());
        for number in 0..size {
            tiling.append(leaf(number), |tile| assert!(full.insert(tile.place, tile.hashes).is_none()));
            memory.append(leaf(number));
            frontier.append(leaf(number));
        }
        Grown { tiling, full, memory, frontier }
    }

    impl Grown {
        fn tiles(&self, places: &[TilePlace]) -> TileSet {
            let mut set = TileSet::default();
            for place in places {
                let unfinished = self.tiling.unfinished(*place).map(<[Hash]>::to_vec);
                set.insert(*place, self.full.get(place).cloned().or(unfinished).expect("a tile of this tree"));
            }
            set
        }
    }

    #[test]
    fn a_tile_is_handed_out_once_when_it_is_full() {
        let grown = grown(65_536 + 256 + 3);
        let at = |level, number| TilePlace { level, number };
        assert_eq!(grown.full.len(), 257 + 1);
        assert_eq!(grown.full[&at(0, 256)].len(), 256);
        assert_eq!(grown.full[&at(1, 0)][255], root(&grown.full[&at(0, 255)]));
        assert_eq!(grown.tiling.unfinished(at(0, 257)).unwrap(), [leaf(65_792), leaf(65_793), leaf(65_794)]);
        assert_eq!(grown.tiling.unfinished(at(1, 1)).unwrap(), [root(&grown.full[&at(0, 256)])]);
        assert_eq!(grown.tiling.unfinished(at(2, 0)).unwrap(), [root(&grown.full[&at(1, 0)])]);
        for nowhere in [at(0, 256), at(0, 258), at(1, 0), at(2, 1), at(3, 0)] {
            assert_eq!(grown.tiling.unfinished(nowhere), None, "{nowhere:?}");
        }
    }

    #[test]
    fn the_width_of_a_tile_is_that_of_the_specification() {
        // C2SP tlog-tiles: a tree of 70,000 has 273 full tiles and one of 112 at level 0; 1 and 17 at level 1; 1 at level 2.
        let width = |level, number| width_in(70_000, TilePlace { level, number });
        assert_eq!([width(0, 272), width(0, 273), width(0, 274)], [256, 112, 0]);
        assert_eq!([width(1, 0), width(1, 1), width(1, 2)], [256, 17, 0]);
        assert_eq!([width(2, 0), width(2, 1), width(3, 0)], [1, 0, 0]);
    }

    #[test]
    fn every_tiling_has_the_root_of_its_tree() {
        for size in [0, 1, 2, 3, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000] {
            let grown = grown(size);
            assert_eq!(grown.tiling.root(), grown.frontier.root(), "{size}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn proofs_from_tiles_are_those_of_the_whole_tree(size in 1_u64..70_000, chosen: [prop::sample::Index; 4]) {
            let grown = grown(size);
            for index in chosen {
                let index = index.index(usize::try_from(size).unwrap()) as u64;
                let places = TileSet::needed(|trees| inclusion_proof(trees, index, size)).unwrap();
                let proof = inclusion_proof(&grown.tiles(&places), index, size);
                prop_assert_eq!(proof.unwrap(), inclusion_proof(&grown.memory, index, size).unwrap());
                let places = TileSet::needed(|trees| consistency_proof(trees, index + 1, size)).unwrap();
                let proof = consistency_proof(&grown.tiles(&places), index + 1, size);
                prop_assert_eq!(proof.unwrap(), consistency_proof(&grown.memory, index + 1, size).unwrap());
            }
        }

        #[test]
        fn a_tiling_is_resumed_from_its_full_tiles(tiles in 0_u64..300, more in 0_u64..600) {
            let before = grown(tiles * TILE_WIDTH);
            let tile = |place| Ok::<_, Infallible>(before.full[&place].clone());
            let mut resumed = Tiling::resume(tiles * TILE_WIDTH, tile).unwrap();
            for number in 0..more {
                resumed.append(leaf(tiles * TILE_WIDTH + number), |_| {});
            }
            let after = grown(tiles * TILE_WIDTH + more);
            prop_assert_eq!(resumed.root(), after.frontier.root());
            let edge = TilePlace { level: 1, number: (tiles * TILE_WIDTH + more) / 65_536 };
            prop_assert_eq!(resumed.unfinished(edge), after.tiling.unfinished(edge));
        }
    }
}
