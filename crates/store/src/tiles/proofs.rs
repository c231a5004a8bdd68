//! Does an entry, or an older tree, belong to the published one? Proofs, made from as few tiles as there are levels.

use super::{Published, Tiles};
use crate::StorageError;
use edgecoder_ledger::tree::{
    Hash, MakeProofError, MissingTile, NeededTiles, TilePlace, TileSet, consistency_proof, inclusion_proof,
};

/// Why no proof could be made.
#[derive(Debug, thiserror::Error)]
pub enum TileProofError {
    /// The tree is not so large, or the older tree is empty.
    #[error("{what} lies outside a tree of {size} leaves")]
    Outside {
        /// The index or the older size.
        what: u64,
        /// The size of the tree.
        size: u64,
    },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Tiles {
    /// Proves that entry `index` is in the first `size` entries: hashes from the leaf upwards.
    ///
    /// # Errors
    /// [`TileProofError`], where it is not, or they are not published.
    pub async fn inclusion_proof(
        &self,
        published: &Published,
        index: u64,
        size: u64,
    ) -> Result<Vec<Hash>, TileProofError> {
        published.check_covers(size)?;
        let places = TileSet::needed(|trees: &NeededTiles| inclusion_proof(trees, index, size))?;
        let tiles = self.gather(published, &places).await?;
        Ok(inclusion_proof(&tiles, index, size)?)
    }

    /// Proves that the first `old` entries are the beginning of the first `new` ones.
    ///
    /// # Errors
    /// [`TileProofError`], where `old` is zero or larger, or they are not published.
    pub async fn consistency_proof(
        &self,
        published: &Published,
        old: u64,
        new: u64,
    ) -> Result<Vec<Hash>, TileProofError> {
        published.check_covers(new)?;
        let places = TileSet::needed(|trees: &NeededTiles| consistency_proof(trees, old, new))?;
        let tiles = self.gather(published, &places).await?;
        Ok(consistency_proof(&tiles, old, new)?)
    }

    async fn gather(&self, published: &Published, places: &[TilePlace]) -> Result<TileSet, StorageError> {
        let mut tiles = TileSet::default();
        for place in places {
            tiles.insert(*place, self.hashes(published, *place).await?);
        }
        Ok(tiles)
    }
}

impl Published {
    fn check_covers(&self, size: u64) -> Result<(), TileProofError> {
        let published = self.checkpoint.size;
        if size <= published { Ok(()) } else { Err(TileProofError::Outside { what: size, size: published }) }
    }
}

impl From<MakeProofError<MissingTile>> for TileProofError {
    fn from(error: MakeProofError<MissingTile>) -> Self {
        match error {
            MakeProofError::Outside { what, size } => Self::Outside { what, size },
            MakeProofError::Subtree(_) => StorageError::Value("a tile that was full is missing").into(),
        }
    }
}
