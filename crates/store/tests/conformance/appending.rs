//! Rules of appending: order, atomicity, conditions, idempotency, limits.

use crate::fixture::{Fixture, NOON, length, said, saying, stream};
use edgecoder_events::{Actor, Author, EventId, Position, PublicKey, Signature, UnixMillis, Version};
use edgecoder_store::{Append, AppendError, IdempotencyKey, Receipt};
use futures_util::{FutureExt, StreamExt, TryStreamExt, future::join_all};
use tokio::task::JoinSet;

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}

fn as_replayed(receipt: Receipt) -> Receipt {
    Receipt { replayed: true, ..receipt }
}

pub async fn positions_have_no_gaps_under_64_concurrent_callers(mut fixture: Fixture) {
    let store = fixture.open().await;
    let mut callers = JoinSet::new();
    for caller in 0..64 {
        let store = store.clone();
        callers.spawn(async move {
            for round in 0..10 {
                store.append(saying(&format!("machine-{caller}"), &round.to_string())).await.unwrap();
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    let events: Vec<_> = store.read(Position(0)).try_collect().await.unwrap();
    assert_eq!(events.len(), 641);
    for (place, event) in events.iter().enumerate() {
        assert_eq!(event.position.0, place as u64);
    }
    for caller in 0..64 {
        assert_eq!(length(&store, &format!("machine-{caller}")).await, 10);
    }
}

pub async fn appends_are_recorded_in_the_order_of_submission(mut fixture: Fixture) {
    let store = fixture.open().await;
    let mut pending = Vec::new();
    for number in 0..100 {
        let permit = store.reserve().await.unwrap();
        pending.push(permit.submit(saying(&format!("machine-{}", number % 7), &number.to_string())));
    }
    for (number, pending) in pending.into_iter().enumerate() {
        assert_eq!(pending.await.unwrap().first, Position(number as u64 + 1));
    }
}

pub async fn conditions_over_several_streams_hold_together_or_nothing_is_recorded(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.append(saying("a", "first")).await.unwrap();
    let before = store.head();
    let both = || Append::new(Actor::operator("tester"), vec![said("a", "second"), said("b", "second")]);
    let refused = store.append(both().expecting(stream("a"), Version(1)).expecting(stream("b"), Version(1))).await;
    match refused {
        Err(AppendError::ConditionFailed { stream: name, expected, actual }) => {
            assert_eq!((name, expected, actual), (stream("b"), Version(1), Version::EMPTY));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.head(), before);
    let receipt = store.append(both().expecting(stream("a"), Version(1)).expecting(stream("b"), Version(0))).await;
    assert_eq!(receipt.unwrap().versions, [(stream("a"), Version(2)), (stream("b"), Version(1))]);
}

pub async fn of_conflicting_appends_exactly_one_wins(mut fixture: Fixture) {
    let store = fixture.open().await;
    for version in 0..5 {
        let attempts = (0..16).map(|caller| {
            store.append(saying("contested", &caller.to_string()).expecting(stream("contested"), Version(version)))
        });
        let outcomes = join_all(attempts).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    }
    assert_eq!(store.head().size, 6);
}

pub async fn an_append_that_fails_in_a_batch_fails_alone(mut fixture: Fixture) {
    let store = fixture.open().await;
    let mut pending = Vec::new();
    for append in [saying("a", "1"), saying("a", "2").expecting(stream("a"), Version(7)), saying("a", "3")] {
        pending.push(store.reserve().await.unwrap().submit(append));
    }
    let outcomes = join_all(pending).await;
    assert_eq!(outcomes[0].as_ref().unwrap().first, Position(1));
    assert!(matches!(outcomes[1], Err(AppendError::ConditionFailed { actual: Version(1), .. })), "{outcomes:?}");
    assert_eq!(outcomes[2].as_ref().unwrap().first, Position(2));
}

pub async fn a_retry_is_answered_with_the_first_receipt(mut fixture: Fixture) {
    let store = fixture.open().await;
    let append =
        || Append::new(Actor::operator("t"), vec![said("a", "x"), said("b", "y"), said("a", "z")]).once(key("k"));
    let first = store.append(append()).await.unwrap();
    store.append(saying("a", "something else")).await.unwrap();
    assert!(!first.replayed);
    assert_eq!(store.append(append()).await.unwrap(), as_replayed(first));
    assert_eq!(store.head().size, 5);
}

pub async fn retries_in_flight_together_are_recorded_once(mut fixture: Fixture) {
    let store = fixture.open().await;
    let receipts = join_all((0..20).map(|_| store.append(saying("a", "x").once(key("k"))))).await;
    let receipts: Vec<_> = receipts.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.replayed).count(), 1);
    assert!(receipts.iter().all(|receipt| receipt.first == Position(1) && receipt.hash == receipts[0].hash));
    assert_eq!(store.head().size, 2);
}

pub async fn another_content_under_a_used_key_is_refused(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.append(saying("a", "x").once(key("k"))).await.unwrap();
    for other in
        [saying("a", "y"), saying("b", "x"), Append::new(Actor::system("t"), vec![said("a", "x"), said("a", "x")])]
    {
        let refused = store.append(other.once(key("k"))).await;
        assert!(matches!(refused, Err(AppendError::IdempotencyConflict)), "{refused:?}");
    }
    let in_flight = ["1", "2"].map(|text| store.append(saying("c", text).once(key("fresh"))));
    let outcomes = join_all(in_flight).await;
    assert!(matches!(&outcomes[..], [Ok(_), Err(AppendError::IdempotencyConflict)]), "{outcomes:?}");
}

pub async fn a_retry_finds_its_receipt_after_a_restart_and_when_memory_has_forgotten_it(mut fixture: Fixture) {
    fixture.limits.remembered = 2;
    let store = fixture.open().await;
    let first = store.append(saying("a", "x").once(key("k"))).await.unwrap();
    for number in 0..20 {
        store.append(saying(&format!("m{number}"), "x").once(key(&number.to_string()))).await.unwrap();
    }
    assert_eq!(store.append(saying("a", "x").once(key("k"))).await.unwrap(), as_replayed(first.clone()));
    store.close().await.unwrap();
    let store = fixture.open().await;
    assert_eq!(store.append(saying("a", "x").once(key("k"))).await.unwrap(), as_replayed(first));
    let third = store.append(saying("m3", "y").expecting(stream("m3"), Version(1))).await.unwrap();
    assert_eq!(third.versions, [(stream("m3"), Version(2))]);
    assert_eq!(third.first, Position(22));
}

pub async fn the_time_of_recording_never_goes_back(mut fixture: Fixture) {
    let store = fixture.open().await;
    fixture.clock.set(NOON.plus_ms(5_000));
    assert_eq!(store.append(saying("a", "1")).await.unwrap().recorded_at, NOON.plus_ms(5_000));
    fixture.clock.set(UnixMillis(1));
    assert_eq!(store.append(saying("a", "2")).await.unwrap().recorded_at, NOON.plus_ms(5_000));
    fixture.clock.set(NOON.plus_ms(6_000));
    assert_eq!(store.append(saying("a", "3")).await.unwrap().recorded_at, NOON.plus_ms(6_000));
}

pub async fn a_full_queue_makes_callers_wait(mut fixture: Fixture) {
    fixture.limits.queued_appends = 2;
    let store = fixture.open().await;
    let first = store.reserve().await.unwrap();
    let second = store.reserve().await.unwrap();
    assert!(store.reserve().now_or_never().is_none());
    drop(first);
    let again = store.reserve().await.unwrap();
    let (one, two) = (second.submit(saying("a", "1")), again.submit(saying("a", "2")));
    assert_eq!(one.await.unwrap().first, Position(1));
    assert_eq!(two.await.unwrap().first, Position(2));
    store.reserve().await.unwrap();
}

pub async fn what_can_never_be_recorded_is_refused(mut fixture: Fixture) {
    fixture.limits.append_events = 3;
    let store = fixture.open().await;
    let actor = || Actor::operator("t");
    let empty = store.append(Append::new(actor(), Vec::new())).await;
    assert!(matches!(empty, Err(AppendError::Malformed)), "{empty:?}");
    let many = store.append(Append::new(actor(), vec![said("a", "x"); 4])).await;
    assert!(matches!(many, Err(AppendError::TooLarge { .. })), "{many:?}");
    let long = store.append(saying("a", &"x".repeat(70_000))).await;
    assert!(matches!(long, Err(AppendError::TooLarge { .. })), "{long:?}");
    let nearly = store.append(saying("a", &"x".repeat(65_500))).await;
    assert!(matches!(nearly, Err(AppendError::Field(_))), "{nearly:?}");
    let nameless = Append { event_ids: vec![EventId([1; 16])], ..Append::new(actor(), vec![said("a", "x"); 2]) };
    assert!(matches!(store.append(nameless).await, Err(AppendError::Malformed)));
    assert_eq!(store.append(saying("a", "fits")).await.unwrap().first, Position(1));
}

pub async fn what_stands_around_an_event_is_recorded_with_it(mut fixture: Fixture) {
    let store = fixture.open().await;
    let author = Author { key: PublicKey([3; 32]), signature: Signature([4; 64]) };
    let append = Append {
        author: Some(author),
        correlation_id: Some(EventId([5; 16])),
        causation_id: Some(EventId([6; 16])),
        event_ids: vec![EventId([7; 16]), EventId([8; 16])],
        ..Append::new(Actor::account(&"ann".parse().unwrap()), vec![said("a", "1"), said("a", "2")])
    };
    let receipt = store.append(append).await.unwrap();
    assert_eq!(receipt.event_ids, [EventId([7; 16]), EventId([8; 16])]);
    let events: Vec<_> = store.read(receipt.first).try_collect().await.unwrap();
    assert_eq!([events[0].author, events[1].author], [Some(author), None]);
    for event in &events {
        assert_eq!((event.correlation_id, event.causation_id), (EventId([5; 16]), Some(EventId([6; 16]))));
        assert_eq!((event.actor.as_str(), event.recorded_at), ("account:ann", NOON));
    }
    let begun = store.append(saying("b", "begins a conversation")).await.unwrap();
    let event = store.read(begun.first).next().await.unwrap().unwrap();
    assert_eq!((event.correlation_id, event.causation_id), (begun.event_ids[0], None));
}

pub async fn a_closed_store_records_what_was_submitted_and_nothing_after(mut fixture: Fixture) {
    let store = fixture.open().await;
    let pending = store.reserve().await.unwrap().submit(saying("a", "1"));
    let (receipt, closed) = tokio::join!(pending, store.close());
    closed.unwrap();
    assert_eq!(receipt.unwrap().first, Position(1));
    assert!(matches!(store.append(saying("a", "2")).await, Err(AppendError::Stopped)));
}
