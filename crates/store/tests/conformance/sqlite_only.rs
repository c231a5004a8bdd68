//! Rules of the data directory.

use crate::fixture::{Fixture, saying, stream};
use edgecoder_events::{Position, Version};
use edgecoder_store::{Append, Backend, Blob, IdempotencyKey};
use futures_util::TryStreamExt;
use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::PathBuf;

impl Fixture {
    fn data(&self) -> PathBuf {
        match &self.backend {
            Backend::Sqlite { dir } => dir.clone(),
            other => panic!("{other:?} has no directory"),
        }
    }

    /// Changes the closed log's table behind the store's back.
    async fn damage(&self, statement: &'static str) {
        let ledger = SqliteConnectOptions::new().filename(self.data().join("ledger.db"));
        let mut connection = SqliteConnection::connect_with(&ledger).await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }
}

pub async fn a_second_store_on_the_same_directory_is_told_who_has_it(mut fixture: Fixture) {
    let store = fixture.open().await;
    let refused = fixture.try_open().await.err().unwrap().to_string();
    let pid = std::process::id();
    assert_eq!(refused, format!("another edgecoder process (pid {pid}) is using this data directory"));
    store.close().await.unwrap();
    fixture.open().await;
}

pub async fn a_deleted_index_is_built_anew(mut fixture: Fixture) {
    let key = || IdempotencyKey::new("k").unwrap();
    let blob = Blob::new(b"content".to_vec());
    let store = fixture.open().await;
    let first = store.append(Append { blobs: vec![blob.clone()], ..saying("a", "1").once(key()) }).await.unwrap();
    store.append(saying("a", "2")).await.unwrap();
    store.close().await.unwrap();
    std::fs::remove_file(fixture.data().join("index.db")).unwrap();
    let store = fixture.open().await;
    let again = store.append(saying("a", "1").once(key())).await.unwrap();
    assert_eq!((again.first, again.replayed), (first.first, true));
    assert_eq!(store.read_stream(&stream("a"), Version(0), 9).await.unwrap().len(), 2);
    assert_eq!(store.blobs().get(blob.address()).await.unwrap().unwrap(), blob.content());
}

pub async fn a_changed_entry_after_the_last_checkpoint_is_found_at_the_start(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.close().await.unwrap();
    fixture.keep_copy().await;
    let store = fixture.open().await;
    store.append(saying("a", "1")).await.unwrap();
    store.append(saying("a", "2")).await.unwrap();
    store.close().await.unwrap();
    fixture
        .damage(
            "UPDATE events SET entry = CAST(replace(entry, x'6f70657261746f72', x'6f70657261746f73') AS BLOB) WHERE position = 1",
        )
        .await;
    for derived in ["index.db", "index.db-wal", "index.db-shm"] {
        let _ = std::fs::remove_file(fixture.data().join(derived));
    }
    let refused = fixture.try_open().await.err().unwrap().to_string();
    assert_eq!(refused, "the log is damaged at 1: the entry is not what was hashed");
}

pub async fn who_reads_a_damaged_table_is_told_and_skips_nothing(mut fixture: Fixture) {
    const SHIFTED: &str = "UPDATE events SET hash = substr(hash, 2) WHERE position = 4; \
                           UPDATE events SET hash = CAST(hash || x'00' AS BLOB) WHERE position = 5";
    let store = fixture.open().await;
    for number in 1..=6 {
        store.append(saying("a", &number.to_string())).await.unwrap();
    }
    store.close().await.unwrap();
    for (damage, told) in [
        ("DELETE FROM events WHERE position = 2", "the log is damaged at 2: the entry is missing"),
        (SHIFTED, "a stored value is damaged: a hash has 32 bytes"),
    ] {
        fixture.damage(damage).await;
        let store = fixture.open().await;
        let read = store.read_entries(Position(0)).try_collect::<Vec<_>>().await.unwrap_err();
        let followed = store.follow(Position(0)).next_batch().await.unwrap_err();
        assert_eq!((read.to_string(), followed.to_string()), (told.to_owned(), told.to_owned()));
        store.close().await.unwrap();
    }
}
