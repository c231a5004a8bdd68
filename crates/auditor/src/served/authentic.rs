//! Is a served hash one that the signed root commits to? Every tile is led up to the root before it is used.

use super::{ServedError, ServedLog};
use edgecoder_ledger::tree::{
    Frontier, Hash, MissingTile, NeededTiles, Subtrees, TILE_WIDTH, TilePlace, TileSet, consistency_proof, hashes_at,
    width_in,
};
use std::collections::{BTreeSet, HashSet};

/// The tiles of one checkpoint, fetched as they are needed, each proven to be below its root.
#[derive(Debug)]
pub(crate) struct AuthenticTiles<'a> {
    log: &'a ServedLog,
    tiles: TileSet,
    known: HashSet<TilePlace>,
}

impl<'a> AuthenticTiles<'a> {
    /// Fetches the right edge of the tree, one tile to a level, and holds it against the root.
    pub async fn under(log: &'a ServedLog) -> Result<Self, ServedError> {
        let mut tiles = Self { log, tiles: TileSet::default(), known: HashSet::new() };
        let size = log.size();
        for level in 0.. {
            let hashes = hashes_at(size, level);
            if hashes == 0 {
                break;
            }
            let edge = TilePlace { level, number: hashes / TILE_WIDTH };
            if width_in(size, edge) > 0 {
                let hashes = log.hashes(edge).await?;
                tiles.keep(edge, hashes);
            }
        }
        let computed = tiles.root_of(size)?;
        if computed == log.checkpoint().root {
            return Ok(tiles);
        }
        let (computed, signed) = (hex::encode(computed), hex::encode(log.checkpoint().root));
        Err(tiles.not_authentic(format!("they lead to the root {computed}, signed was {signed}")))
    }

    /// How many entries they cover.
    pub const fn size(&self) -> u64 {
        self.log.size()
    }

    /// These tiles, and those on which they rest.
    pub async fn with(mut self, needed: &BTreeSet<TilePlace>) -> Result<TileSet, ServedError> {
        self.fetch_all(needed).await?;
        Ok(self.tiles)
    }

    /// Proves that the tree of `old` leaves, more than none, is the beginning of the tree of the checkpoint.
    pub async fn consistency_proof(&mut self, old: u64) -> Result<Vec<Hash>, ServedError> {
        let size = self.log.size();
        let needed = TileSet::needed(|trees: &NeededTiles| consistency_proof(trees, old, size));
        self.fetch_all(&needed.map_err(|error| self.not_authentic(error.to_string()))?).await?;
        consistency_proof(&self.tiles, old, size).map_err(|error| self.not_authentic(error.to_string()))
    }

    /// The root of a complete subtree.
    pub async fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, ServedError> {
        let needed = TileSet::needed(|trees: &NeededTiles| trees.subtree(level, index));
        self.fetch_all(&needed.expect("noting what is needed does not fail")).await?;
        self.tiles.subtree(level, index).map_err(|error| self.not_authentic(error.to_string()))
    }

    /// The root of the first `size` entries, which are not more than there are.
    pub async fn root_at(&mut self, size: u64) -> Result<Hash, ServedError> {
        let (mut from, mut parts) = (0, Vec::new());
        while let Some(level) = (size - from).checked_ilog2() {
            parts.push(self.subtree(level, from >> level).await?);
            from += 1 << level;
        }
        let frontier = Frontier::from_parts(size, parts).map_err(|error| self.not_authentic(error.to_string()))?;
        Ok(frontier.root())
    }

    async fn fetch_all(&mut self, places: impl IntoIterator<Item = &TilePlace>) -> Result<(), ServedError> {
        for place in places {
            self.fetch(*place).await?;
        }
        Ok(())
    }

    /// Fetches a full tile and those above it up to one that is known, and holds each against the one above.
    async fn fetch(&mut self, place: TilePlace) -> Result<(), ServedError> {
        let mut climb = vec![place];
        while let Some(above) = climb.last().copied().filter(|it| !self.known.contains(it)).and_then(above) {
            climb.push(above);
        }
        while let Some(place) = climb.pop() {
            if self.known.contains(&place) {
                continue;
            }
            let hashes = self.log.hashes(place).await?;
            let level = (u32::from(place.level) + 1) * edgecoder_ledger::tree::TILE_HEIGHT;
            let named = self.tiles.subtree(level, place.number);
            if named != Ok(root(&hashes)) {
                return Err(self.not_authentic(format!("tile {}/{} is another", place.level, place.number)));
            }
            self.keep(place, hashes);
        }
        Ok(())
    }

    fn keep(&mut self, place: TilePlace, hashes: Vec<Hash>) {
        self.tiles.insert(place, hashes);
        self.known.insert(place);
    }

    /// The root of the first `size` leaves, from what is known.
    fn root_of(&self, size: u64) -> Result<Hash, ServedError> {
        let mut from = 0;
        let mut parts = Vec::new();
        while let Some(level) = (size - from).checked_ilog2() {
            parts.push(
                self.tiles
                    .subtree(level, from >> level)
                    .map_err(|error: MissingTile| self.not_authentic(error.to_string()))?,
            );
            from += 1 << level;
        }
        let frontier = Frontier::from_parts(size, parts).map_err(|error| self.not_authentic(error.to_string()))?;
        Ok(frontier.root())
    }

    fn not_authentic(&self, problem: String) -> ServedError {
        ServedError::NotAuthentic { size: self.log.size(), problem }
    }
}

/// The tile that holds the root of a full one.
fn above(place: TilePlace) -> Option<TilePlace> {
    Some(TilePlace { level: place.level.checked_add(1)?, number: place.number / TILE_WIDTH })
}

/// The root over the hashes of a full tile.
fn root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.append(*hash);
    }
    frontier.root()
}
