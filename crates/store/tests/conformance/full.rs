//! What becomes of appends when too much waits, or the store ends? On one thread, so that nothing is taken meanwhile.

use crate::fixture::{Fixture, saying, stream};
use edgecoder_events::{Position, Version};
use edgecoder_store::{AppendError, Permit};
use tokio::sync::mpsc;

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

#[tokio::test]
async fn who_keeps_states_hears_what_became_of_an_append_that_nobody_waits_for() {
    let mut fixture = Fixture::memory().await.unwrap();
    let store = fixture.open().await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let submit = |permit: Permit, append| {
        let said = said.clone();
        permit.submit_heard(append, move |receipt| said.send(receipt.map(|it| it.versions.clone())).unwrap())
    };
    let refused = saying("a", "1").expecting(stream("a"), Version(7));
    drop(submit(store.reserve().await.unwrap(), saying("a", "1")).unwrap());
    drop(submit(store.reserve().await.unwrap(), refused).unwrap());
    assert_eq!(heard.recv().await.unwrap(), Some(vec![(stream("a"), Version(1))]));
    assert_eq!(heard.recv().await.unwrap(), None, "nothing was recorded");
    let kept = store.reserve().await.unwrap();
    store.close().await.unwrap();
    assert!(matches!(submit(kept, saying("a", "too late")), Err(AppendError::Stopped)));
    assert!(heard.try_recv().is_err(), "who is told at once is not told again");
}
