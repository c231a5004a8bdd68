//! Rules of a log that several processes share.

use crate::{
    fixture::{Fixture, length, saying, stream},
    reading::verify,
};
use edgecoder_events::{Position, Version};
use edgecoder_store::{Append, AppendError, IdempotencyKey, Standing};
use sqlx::{AssertSqlSafe, Executor, Row};

pub async fn one_leads_and_another_takes_over_when_it_is_gone(mut fixture: Fixture) {
    let leader = fixture.open().await;
    let standby = fixture.open().await;
    assert_eq!((leader.standing(), standby.standing()), (Standing::Leading, Standing::Standby));
    let refused = standby.append(saying("a", "not mine to record")).await;
    assert!(matches!(refused, Err(AppendError::NotLeader)), "{refused:?}");

    let receipt = leader.append(saying("a", "1")).await.unwrap();
    let mut follower = standby.follow(Position(1));
    assert_eq!(follower.next_batch().await.unwrap()[0].event_id, receipt.event_ids[0]);

    leader.close().await.unwrap();
    standby.wait_for(|standing| *standing == Standing::Leading).await.unwrap();
    let next = standby.append(saying("a", "2").expecting(stream("a"), Version(1))).await.unwrap();
    assert_eq!(next.first, Position(2));
    verify(&standby).await;
}

pub async fn what_was_decided_in_a_term_that_is_over_is_not_recorded_in_the_next(mut fixture: Fixture) {
    let store = fixture.open().await;
    let former = store.term().unwrap();
    let decided_then = |words| Append { term: Some(former), ..saying("a", words).expecting(stream("a"), Version(1)) };
    store.append(saying("a", "1")).await.unwrap();
    let (mut beside, schema) = fixture.beside().await;
    beside.execute(AssertSqlSafe(format!("UPDATE {schema}.head SET epoch = epoch + 1"))).await.unwrap();
    for words in ["while the lead is lost", "when it is there again"] {
        let refused = store.append(decided_then(words)).await;
        assert!(matches!(refused, Err(AppendError::NotLeader)), "{refused:?}");
        store.wait_for(|standing| *standing == Standing::Leading).await.unwrap();
        assert_ne!(store.term().unwrap(), former);
    }
    assert_eq!(length(&store, "a").await, 1);
}

pub async fn a_leader_that_was_overtaken_writes_nothing(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.append(saying("a", "1")).await.unwrap();
    let (mut beside, schema) = fixture.beside().await;
    beside.execute(AssertSqlSafe(format!("UPDATE {schema}.head SET epoch = epoch + 1"))).await.unwrap();
    let refused = store.append(saying("a", "2")).await;
    assert!(matches!(refused, Err(AppendError::NotLeader)), "{refused:?}");
    store.wait_for(|standing| *standing == Standing::Leading).await.unwrap();
    assert_eq!(store.append(saying("a", "2")).await.unwrap().first, Position(2));
    verify(&store).await;
}

/// The process of the server that holds the lead, as a table of one row.
fn leaders(schema: &str) -> String {
    format!(
        "(SELECT l.pid FROM pg_locks l, (SELECT hashtextextended('edgecoder {schema}', 0) AS id) k \
         WHERE l.locktype = 'advisory' AND l.classid::bigint = (k.id >> 32) & 4294967295 \
         AND l.objid::bigint = k.id & 4294967295) leader"
    )
}

/// Ends the session that leads and waits until the server has let go of it.
fn cut_and_wait(schema: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("SELECT pg_terminate_backend(pid, 60000) FROM {}", leaders(schema)))
}

pub async fn an_append_after_the_session_was_cut_is_recorded(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.append(saying("a", "1")).await.unwrap();
    let (mut beside, schema) = fixture.beside().await;
    for round in 2..5 {
        let ended = beside.fetch_one(cut_and_wait(&schema)).await.unwrap();
        assert!(ended.get::<bool, _>(0));
        assert_eq!(store.append(saying("a", "again")).await.unwrap().first, Position(round));
    }
    assert_eq!(length(&store, "a").await, 4);
    verify(&store).await;
}

pub async fn an_append_whose_session_is_cut_while_it_is_written_is_recorded_once(mut fixture: Fixture) {
    let store = fixture.open().await;
    let (mut beside, schema) = fixture.beside().await;
    let (mut holder, _) = fixture.beside().await;
    holder.execute("BEGIN").await.unwrap();
    holder.execute(AssertSqlSafe(format!("SELECT one FROM {schema}.head FOR UPDATE"))).await.unwrap();
    let waits =
        format!("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = (SELECT pid FROM {})", leaders(&schema));
    let cut = async {
        while beside.fetch_one(AssertSqlSafe(waits.clone())).await.unwrap().get::<i64, _>(0) == 0 {}
        assert!(beside.fetch_one(cut_and_wait(&schema)).await.unwrap().get::<bool, _>(0));
        holder.execute("ROLLBACK").await.unwrap();
    };
    let (recorded, ()) = tokio::join!(store.append(saying("a", "1")), cut);
    assert_eq!(recorded.unwrap().first, Position(1));
    assert_eq!(length(&store, "a").await, 1);
    verify(&store).await;
}

pub async fn a_session_that_is_cut_loses_and_doubles_nothing(mut fixture: Fixture) {
    let store = fixture.open().await;
    let (mut beside, schema) = fixture.beside().await;
    let cut = format!("SELECT pg_terminate_backend(pid) FROM {}", leaders(&schema));
    for round in 0..5 {
        let key = IdempotencyKey::new(format!("round {round}")).unwrap();
        let cut_once = beside.execute(AssertSqlSafe(cut.clone()));
        let (answer, ended) = tokio::join!(store.append(saying("a", "x").once(key.clone())), cut_once);
        assert_eq!(ended.unwrap().rows_affected(), 1);
        if let Ok(receipt) = answer {
            assert_eq!(
                store.append(saying("a", "x").once(key.clone())).await.map(|again| again.hash).ok(),
                Some(receipt.hash)
            );
        }
        store.wait_for(|standing| *standing == Standing::Leading).await.unwrap();
        // A replay needs no session, so only a new event makes sure that there is one to cut in the next round.
        while store.append(saying("b", "here")).await.is_err() {}
        store.append(saying("a", "x").once(key)).await.unwrap();
        assert_eq!(length(&store, "a").await as u64, round + 1);
    }
    verify(&store).await;
}
