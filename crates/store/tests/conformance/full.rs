//! What becomes of appends when too much waits, or the store ends? On one thread, so that nothing is taken meanwhile.

use crate::fixture::{Fixture, saying};
use edgecoder_events::Position;
use edgecoder_store::AppendError;

#[tokio::test]
async fn what_finds_no_room_is_refused_and_the_room_comes_back() {
    let mut fixture = Fixture::memory().await.unwrap();
    fixture.limits.queued_bytes = 1_000;
    let store = fixture.open().await;
    let (first, second) = (store.reserve().await.unwrap(), store.reserve().await.unwrap());
    let taken = first.submit(saying("a", &"x".repeat(900)));
    let refused = second.submit(saying("a", &"x".repeat(900))).await;
    assert!(matches!(refused, Err(AppendError::Crowded)), "{refused:?}");
    assert_eq!(taken.await.unwrap().first, Position(1));
    assert_eq!(store.append(saying("a", &"x".repeat(900))).await.unwrap().first, Position(2));
}

#[tokio::test]
async fn an_append_larger_than_all_the_room_waits_alone() {
    let mut fixture = Fixture::memory().await.unwrap();
    fixture.limits.queued_bytes = 10;
    let store = fixture.open().await;
    assert_eq!(store.append(saying("a", &"x".repeat(900))).await.unwrap().first, Position(1));
}

#[tokio::test]
async fn a_store_closes_although_somebody_keeps_a_permit() {
    let mut fixture = Fixture::memory().await.unwrap();
    let store = fixture.open().await;
    let kept = store.reserve().await.unwrap();
    store.close().await.unwrap();
    let late = kept.submit(saying("a", "too late")).await;
    assert!(matches!(late, Err(AppendError::Stopped)), "{late:?}");
}
