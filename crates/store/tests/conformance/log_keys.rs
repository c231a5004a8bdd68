//! Which key signs, before and after the log's key is changed, and after a crash in between.

use crate::fixture::{Fixture, ORIGIN, log_key, next_log_key, saying};
use edgecoder_events::{Actor, Event, Position};
use edgecoder_identity::log_key_rotation;
use edgecoder_ledger::{Checkpoint, note::LogKey};
use edgecoder_store::{AppendError, OpenError, Standing, StorageError, Store};
use futures_util::TryStreamExt;

async fn rotate(store: &Store) -> Position {
    store.rotate_log_key(next_log_key(), Actor::operator("t")).await.unwrap().first
}

/// The size that the newest checkpoint commits to, where `key` signed it.
async fn committed(store: &Store, key: &LogKey) -> Option<u64> {
    let note = store.checkpoint_now().await.unwrap().unwrap();
    Checkpoint::open(note.as_bytes(), &[key.verifier_key()]).ok().map(|checkpoint| checkpoint.size)
}

pub async fn a_new_key_signs_from_the_entry_of_its_change_on(mut fixture: Fixture) {
    let store = fixture.open().await;
    assert_eq!(committed(&store, &log_key()).await, Some(1));
    let position = rotate(&store).await;
    let events: Vec<_> = store.read(position).try_collect().await.unwrap();
    let Event::LogKeyRotated(rotated) = &events[0].event else { panic!("{events:?}") };
    log_key_rotation::verify(ORIGIN, rotated).unwrap();
    store.append(saying("a", "1")).await.unwrap();
    assert_eq!(committed(&store, &log_key()).await, None);
    assert_eq!(committed(&store, &next_log_key()).await, Some(3));
    assert_eq!(store.log_verifier_key(), next_log_key().verifier_key());
    let again = store.rotate_log_key(next_log_key(), Actor::operator("t")).await;
    assert!(matches!(again, Err(AppendError::SameLogKey)), "{again:?}");
}

pub async fn a_key_that_is_not_the_logs_opens_nothing(mut fixture: Fixture) {
    let store = fixture.open().await;
    rotate(&store).await;
    store.close().await.unwrap();
    let checkpoint = std::fs::read(fixture.checkpoint_file()).unwrap();
    std::fs::remove_file(fixture.checkpoint_file()).unwrap();
    let refused = fixture.try_open().await.err().unwrap();
    assert!(matches!(refused, OpenError::Storage(StorageError::LogKeyMissing(_))), "{refused:?}");
    std::fs::write(fixture.checkpoint_file(), checkpoint).unwrap();

    let store = fixture.try_open_with(next_log_key()).await.unwrap();
    store.append(saying("a", "1")).await.unwrap();
    assert_eq!(
        committed(&store, &next_log_key()).await,
        Some(3),
        "whichever file comes first, the log's own key signs"
    );
}

pub async fn a_change_that_was_begun_and_not_recorded_leaves_the_old_key(mut fixture: Fixture) {
    fixture.open().await.close().await.unwrap();
    let store = fixture.try_open_with(next_log_key()).await.unwrap();
    store.append(saying("a", "1")).await.unwrap();
    assert_eq!(committed(&store, &log_key()).await, Some(2));
}

pub async fn a_log_restored_to_before_the_change_goes_on_with_the_old_key(mut fixture: Fixture) {
    fixture.open().await.close().await.unwrap();
    fixture.keep_copy().await;
    let store = fixture.open().await;
    rotate(&store).await;
    store.append(saying("a", "lost")).await.unwrap();
    assert_eq!(committed(&store, &next_log_key()).await, Some(3));
    store.close().await.unwrap();
    fixture.put_copy_back().await;

    let store = fixture.try_open_with(next_log_key()).await.unwrap();
    assert!(matches!(store.standing(), Standing::RolledBack(_)));
    store.accept_restore("the disk died", Actor::operator("t")).await.unwrap();
    assert_eq!(committed(&store, &log_key()).await, Some(2));
}
