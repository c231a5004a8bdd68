//! What auditors are shown: the tiles and entries under the newest checkpoint.

use crate::fixture::{Fixture, saying};
use edgecoder_events::{Actor, Position};
use edgecoder_ledger::tree::{Hash, TILE_WIDTH, TileKind, TilePath, leaf_hash, verify_consistency, verify_inclusion};
use edgecoder_store::{Published, Store, StoredEntry};
use futures_util::{TryStreamExt, future::try_join_all};
use std::sync::Arc;

async fn grow(store: &Store, by: u64) {
    let appends = (0..by).map(|number| store.append(saying("m", &number.to_string())));
    try_join_all(appends).await.unwrap();
}

/// Commits to everything that was appended, and waits until it is shown.
async fn shown(store: &Store) -> Arc<Published> {
    store.checkpoint_now().await.unwrap();
    let published = store.tiles().published_with(store.head().size).await.unwrap();
    assert_eq!(store.tiles().published().map(|it| it.checkpoint.size), Some(store.head().size));
    published
}

async fn entries(store: &Store) -> Vec<StoredEntry> {
    store.read_entries(Position(0)).try_collect().await.unwrap()
}

fn hashes(level: u8, number: u64, width: u64) -> TilePath {
    TilePath { kind: TileKind::Hashes { level }, number, width }
}

fn bundle(number: u64, width: u64) -> TilePath {
    TilePath { kind: TileKind::Entries, number, width }
}

/// Reads every tile of leaf hashes and every bundle, and compares them with the log.
async fn compare(store: &Store, size: u64) {
    let (tiles, entries) = (store.tiles(), entries(store).await);
    for number in 0..size.div_ceil(TILE_WIDTH) {
        let width = TILE_WIDTH.min(size - number * TILE_WIDTH);
        let first = usize::try_from(number * TILE_WIDTH).unwrap();
        let here = &entries[first..first + usize::try_from(width).unwrap()];
        let leaves: Vec<Hash> = here.iter().map(|stored| leaf_hash(&stored.entry)).collect();
        assert_eq!(tiles.file(hashes(0, number, width)).await.unwrap().unwrap(), leaves.concat());
        let mut bundled = Vec::new();
        for stored in here {
            bundled.extend(u16::try_from(stored.entry.len()).unwrap().to_be_bytes());
            bundled.extend(&stored.entry);
        }
        assert_eq!(tiles.file(bundle(number, width)).await.unwrap().unwrap(), bundled);
    }
}

pub async fn tiles_hold_the_entries_and_hashes_of_the_newest_checkpoint(mut fixture: Fixture) {
    let store = fixture.open().await;
    grow(&store, 600).await;
    let size = shown(&store).await.checkpoint.size;
    compare(&store, size).await;
    let tiles = store.tiles();
    let whole = tiles.file(hashes(0, 1, 256)).await.unwrap().unwrap();
    assert_eq!(tiles.file(hashes(0, 1, 7)).await.unwrap().unwrap(), whole[..7 * 32], "an older, shorter tile");
    assert_eq!(tiles.file(hashes(1, 0, 2)).await.unwrap().unwrap().len(), 64);
    for uncovered in [hashes(0, 2, 256), hashes(0, 3, 1), hashes(1, 0, 3), hashes(2, 0, 1), bundle(2, 256)] {
        assert_eq!(tiles.file(uncovered).await.unwrap(), None, "{uncovered}");
    }
}

pub async fn what_is_shown_can_be_proven(mut fixture: Fixture) {
    let store = fixture.open().await;
    grow(&store, 300).await;
    let old = shown(&store).await;
    grow(&store, 400).await;
    let new = shown(&store).await;
    let (tiles, size) = (store.tiles(), new.checkpoint.size);
    for stored in entries(&store).await {
        let proof = tiles.inclusion_proof(&new, stored.position.0, size).await.unwrap();
        verify_inclusion(stored.position.0, size, &leaf_hash(&stored.entry), &proof, &new.checkpoint.root).unwrap();
    }
    let proof = tiles.consistency_proof(&new, old.checkpoint.size, size).await.unwrap();
    let (before, after) = (&old.checkpoint, &new.checkpoint);
    verify_consistency((before.size, &before.root), (after.size, &after.root), &proof).unwrap();
    for refused in [
        tiles.inclusion_proof(&new, size, size).await,
        tiles.inclusion_proof(&new, 0, size + 1).await,
        tiles.consistency_proof(&new, 0, size).await,
        tiles.consistency_proof(&old, old.checkpoint.size, size).await,
    ] {
        assert!(refused.unwrap_err().to_string().contains("lies outside"));
    }
}

pub async fn tiles_are_those_of_the_log_after_a_restart(mut fixture: Fixture) {
    let store = fixture.open().await;
    grow(&store, 700).await;
    shown(&store).await;
    store.close().await.unwrap();
    let store = fixture.open().await;
    let again = store.tiles().published_with(701).await.unwrap();
    compare(&store, again.checkpoint.size).await;
    grow(&store, 100).await;
    let size = shown(&store).await.checkpoint.size;
    compare(&store, size).await;
}

pub async fn tiles_of_a_history_that_was_lost_are_made_anew(mut fixture: Fixture) {
    let store = fixture.open().await;
    grow(&store, 300).await;
    shown(&store).await;
    store.close().await.unwrap();
    fixture.keep_copy().await;
    let store = fixture.open().await;
    grow(&store, 900).await;
    shown(&store).await;
    store.close().await.unwrap();
    fixture.put_copy_back().await;

    let store = fixture.open().await;
    assert!(store.tiles().published().is_none(), "nothing is shown of a log that was rolled back");
    store.accept_restore("the disk broke", Actor::operator("tester")).await.unwrap();
    grow(&store, 1_200).await;
    let size = shown(&store).await.checkpoint.size;
    compare(&store, size).await;
}
