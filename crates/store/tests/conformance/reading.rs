//! Rules of reading and following, and of what commits to the log.

use crate::fixture::{Fixture, ORIGIN, length, log_key, saying, stream};
use edgecoder_events::{Event, Position, Recorded, Version};
use edgecoder_ledger::{
    Checkpoint, GENESIS_PREV, entry_hash,
    tree::{Frontier, leaf_hash},
};
use edgecoder_store::{FollowError, Store, StoredEntry};
use futures_util::TryStreamExt;
use tokio::task::JoinSet;

/// Checks every link and returns the tree over the whole log.
pub async fn verify(store: &Store) -> Frontier {
    let entries: Vec<StoredEntry> = store.read_entries(Position(0)).try_collect().await.unwrap();
    let (mut frontier, mut prev) = (Frontier::new(), GENESIS_PREV);
    for (place, stored) in entries.iter().enumerate() {
        let entry = stored.decode().unwrap();
        assert_eq!((entry.position, stored.position.0), (place as u64, place as u64));
        assert_eq!(entry.prev_hash, prev);
        assert_eq!(entry_hash(&stored.entry), stored.hash);
        frontier.append(leaf_hash(&stored.entry));
        prev = stored.hash;
    }
    assert_eq!((store.head().size, store.head().hash), (frontier.size(), prev));
    frontier
}

pub async fn a_log_begins_with_its_own_creation(mut fixture: Fixture) {
    let store = fixture.open().await;
    let events: Vec<_> = store.read(Position(0)).try_collect().await.unwrap();
    let [first] = &events[..] else { panic!("{events:?}") };
    let Event::LedgerCreated(created) = &first.event else { panic!("{first:?}") };
    assert_eq!(created.origin, ORIGIN);
    assert_eq!(created.log_key.0, log_key().verifier_key().public_key().to_bytes());
    assert_eq!(first.stream.as_str(), "ledger");
}

pub async fn a_checkpoint_commits_to_exactly_the_entries_of_the_log(mut fixture: Fixture) {
    let store = fixture.open().await;
    for number in 0..37 {
        store.append(saying("a", &number.to_string())).await.unwrap();
    }
    let note = store.checkpoint_now().await.unwrap().unwrap();
    let frontier = verify(&store).await;
    let checkpoint = Checkpoint::open(note.as_bytes(), &[log_key().verifier_key()]).unwrap();
    assert_eq!(checkpoint, Checkpoint { origin: ORIGIN.to_owned(), size: 38, root: frontier.root() });
    assert_eq!(std::fs::read_to_string(fixture.checkpoint_file()).unwrap(), *note);
}

pub async fn a_stream_is_read_as_soon_as_it_is_appended(mut fixture: Fixture) {
    let store = fixture.open().await;
    for number in 1..=20 {
        store.append(saying("a", &number.to_string())).await.unwrap();
        store.append(saying("b", &number.to_string())).await.unwrap();
        let events = store.read_stream(&stream("a"), Version(0), 100).await.unwrap();
        let versions: Vec<_> = events.iter().map(|event| event.version.0).collect();
        assert_eq!(versions, (1..=number).collect::<Vec<_>>());
    }
    let page = store.read_stream(&stream("a"), Version(4), 3).await.unwrap();
    assert_eq!(page.iter().map(|event| event.version.0).collect::<Vec<_>>(), [5, 6, 7]);
    assert_eq!(store.read_stream(&stream("a"), Version(20), 3).await.unwrap(), []);
    assert_eq!(store.read_stream(&stream("nobody"), Version(0), 3).await.unwrap(), []);
    assert_eq!(length(&store, "b").await, 20);
}

pub async fn followers_see_every_event_once_and_in_order_while_appends_race(mut fixture: Fixture) {
    const APPENDS: u64 = 600;
    fixture.limits.recent_events = 16;
    let store = fixture.open().await;
    let mut tasks = JoinSet::new();
    for start in [0, 1, 300] {
        let mut follower = store.follow(Position(start));
        tasks.spawn(async move {
            let mut seen: Vec<Recorded> = Vec::new();
            while (start + seen.len() as u64) <= APPENDS {
                seen.extend_from_slice(&follower.next_batch().await.unwrap());
            }
            for (offset, event) in seen.iter().enumerate() {
                assert_eq!(event.position.0, start + offset as u64);
            }
        });
    }
    for caller in 0..6 {
        let store = store.clone();
        tasks.spawn(async move {
            for number in 0..APPENDS / 6 {
                store.append(saying(&format!("m{caller}"), &number.to_string())).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let from_log: Vec<_> = store.read(Position(0)).try_collect().await.unwrap();
    let mut follower = store.follow(Position(0));
    let mut followed = Vec::new();
    while followed.len() < from_log.len() {
        followed.extend_from_slice(&follower.next_batch().await.unwrap());
    }
    assert!(followed.iter().eq(from_log.iter().map(|event| &**event)));
}

pub async fn a_follower_of_a_closed_store_is_told_so(mut fixture: Fixture) {
    let store = fixture.open().await;
    let mut follower = store.follow(Position(1));
    let (told, closed) = tokio::join!(follower.next_batch(), store.close());
    closed.unwrap();
    assert!(matches!(told, Err(FollowError::Stopped)), "{told:?}");
}
