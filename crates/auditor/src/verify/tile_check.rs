//! Are the tiles that are served those of the entries that are served?
//!
//! Who asks for a proof gets it from tiles, so a log whose tiles lie proves nothing. And where tiles lead to the signed
//! root but an entry is not the one that they name, it is known which entry was exchanged.

use crate::{Class, Finding, Page, served::ServedLog};
use edgecoder_ledger::{
    tree::{Frontier, FullTile, Hash, TILE_WIDTH, TilePlace, Tiling, hashes_at, leaf_hash},
    verify::Class as ByteClass,
};
use futures_util::future::join_all;

/// How many tiles that are wrong are named.
const MOST_BAD_TILES: usize = 16;

/// Follows the entries with the tiles.
pub(super) struct TileCheck {
    log: ServedLog,
    /// Made of the entries.
    tiling: Tiling,
    /// Made of the leaf hashes that are served.
    leaves: Frontier,
    first_exchanged: Option<u64>,
    bad: Vec<Finding>,
    /// Whether all leaf hashes could be read so far.
    whole: bool,
}

impl TileCheck {
    pub fn of(log: &ServedLog) -> Self {
        let (log, tiling, leaves) = (log.clone(), Tiling::new(), Frontier::new());
        Self { log, tiling, leaves, first_exchanged: None, bad: Vec::new(), whole: true }
    }

    /// Compares the entries of the next page, which begins with a tile, with the leaf hashes.
    pub async fn follow(&mut self, page: &Page) {
        let leaves: Vec<Hash> = page.entries().map(leaf_hash).collect();
        let first = self.tiling.size() / TILE_WIDTH;
        let tiles = leaves.chunks(256).zip(first..);
        let answers = join_all(tiles.clone().map(|(_, number)| self.log.hashes(TilePlace { level: 0, number }))).await;
        for ((leaves, number), answer) in tiles.zip(answers) {
            if !self.whole {
                return;
            }
            match answer {
                Ok(hashes) => self.take(number, leaves, &hashes).await,
                Err(error) => self.give_up(TilePlace { level: 0, number }, &error.to_string()),
            }
        }
    }

    async fn take(&mut self, number: u64, leaves: &[Hash], hashes: &[Hash]) {
        let positions = number * TILE_WIDTH..;
        let differs = positions.zip(leaves.iter().zip(hashes)).find(|(_, (leaf, served))| leaf != served);
        self.first_exchanged = self.first_exchanged.or(differs.map(|(position, _)| position));
        for hash in hashes {
            self.leaves.append(*hash);
        }
        let mut full = Vec::new();
        for leaf in leaves {
            self.tiling.append(*leaf, |tile| full.push(tile));
        }
        for FullTile { place, hashes } in full {
            if place.level > 0 {
                self.compare(place, &hashes).await;
            }
        }
    }

    async fn compare(&mut self, place: TilePlace, computed: &[Hash]) {
        match self.log.hashes(place).await {
            Ok(served) if served == computed => {}
            Ok(_) => self.note(place, "it is not made of the tiles below it"),
            Err(error) => self.note(place, &error.to_string()),
        }
    }

    fn give_up(&mut self, place: TilePlace, problem: &str) {
        self.whole = false;
        self.note(place, problem);
    }

    fn note(&mut self, place: TilePlace, problem: &str) {
        if self.bad.len() < MOST_BAD_TILES {
            let position = place.number.checked_mul(TILE_WIDTH.saturating_pow(u32::from(place.level) + 1));
            let detail = format!("tile {}/{}: {problem}; tiles can be made anew", place.level, place.number);
            self.bad.push(Finding { class: Class::BadTile, position, detail });
        }
    }

    /// What is wrong with the tiles, or by their word with an entry.
    pub async fn finish(mut self) -> Vec<Finding> {
        let size = self.tiling.size();
        for level in (1..).take_while(|level| hashes_at(size, *level) > 0) {
            let edge = TilePlace { level, number: hashes_at(size, level) / TILE_WIDTH };
            if let Some(hashes) = self.tiling.unfinished(edge).map(<[Hash]>::to_vec) {
                self.compare(edge, &hashes).await;
            }
        }
        let signed = self.log.checkpoint();
        let tiles_are_signed = (self.leaves.size(), self.leaves.root()) == (signed.size, signed.root);
        match self.first_exchanged {
            Some(position) if tiles_are_signed => {
                let detail = "the tree that was signed has another entry here than the one that is served".to_owned();
                vec![Finding { class: Class::Bytes(ByteClass::Mutated), position: Some(position), detail }]
            }
            Some(position) => {
                let place = TilePlace { level: 0, number: position / TILE_WIDTH };
                self.note(place, &format!("its hash of entry {position} is not that of the entry that is served"));
                self.bad
            }
            None => self.bad,
        }
    }
}
