//! Rules of what stands beside the log: contents, subject keys, secrets; and of logs that were restored.

use crate::{
    fixture::{Fixture, saying, stream},
    reading::verify,
};
use edgecoder_events::{Actor, Event, Position, Version};
use edgecoder_store::{Append, AppendError, Blob, DestroyKeyError, RolledBack, SealedError, Standing};
use futures_util::TryStreamExt;

pub async fn contents_are_there_when_the_append_is(mut fixture: Fixture) {
    let store = fixture.open().await;
    let (small, large) = (Blob::new(b"small".to_vec()), Blob::new(vec![9; 1_000_000]));
    for text in ["1", "2"] {
        let blobs = vec![small.clone(), large.clone(), small.clone()];
        store.append(Append { blobs, ..saying("a", text) }).await.unwrap();
    }
    for blob in [&small, &large] {
        assert_eq!(store.blobs().get(blob.address()).await.unwrap().unwrap(), blob.content());
        assert!(store.blobs().contains(blob.address()).await.unwrap());
    }
    let absent = Blob::new(b"absent".to_vec()).address();
    assert_eq!(store.blobs().get(absent).await.unwrap(), None);
    assert!(!store.blobs().contains(absent).await.unwrap());
}

pub async fn contents_and_secrets_survive_a_restart(mut fixture: Fixture) {
    let store = fixture.open().await;
    let blobs = vec![Blob::new(vec![1; 10]), Blob::new(vec![2; 600_000])];
    store.append(Append { blobs: blobs.clone(), ..saying("a", "x") }).await.unwrap();
    store.secrets().put("token", "ann", b"hash").await.unwrap();
    let sealed = store.subject_keys().seal("ann", b"plain").await.unwrap();
    store.close().await.unwrap();
    let store = fixture.open().await;
    for blob in &blobs {
        assert_eq!(store.blobs().get(blob.address()).await.unwrap().unwrap(), blob.content());
    }
    assert_eq!(store.secrets().get("token", "ann").await.unwrap().unwrap(), b"hash");
    assert_eq!(store.subject_keys().open("ann", &sealed).await.unwrap(), b"plain");
}

pub async fn secrets_are_kept_by_namespace_and_name(mut fixture: Fixture) {
    let secrets = fixture.open().await.secrets();
    secrets.put("token", "ann", b"old").await.unwrap();
    secrets.put("token", "ann", b"new").await.unwrap();
    secrets.put("session", "ann", b"other").await.unwrap();
    secrets.put("token", "bob", b"his").await.unwrap();
    let [ann, bob] = [("ann", b"new"), ("bob", b"his")].map(|(name, secret)| (name.to_owned(), secret.to_vec()));
    assert_eq!(secrets.list("token", 9).await.unwrap(), [ann.clone(), bob]);
    assert_eq!(secrets.list("token", 1).await.unwrap(), [ann]);
    assert_eq!(secrets.get("token", "ann").await.unwrap().unwrap(), b"new");
    assert!(secrets.delete("token", "ann").await.unwrap());
    assert!(!secrets.delete("token", "ann").await.unwrap());
    assert_eq!(secrets.get("token", "ann").await.unwrap(), None);
    assert_eq!(secrets.get("session", "ann").await.unwrap().unwrap(), b"other");
}

pub async fn what_was_sealed_for_a_person_opens_until_their_key_is_destroyed(mut fixture: Fixture) {
    let store = fixture.open().await;
    let keys = store.subject_keys();
    let (ann, bob) = (keys.seal("ann", b"mail").await.unwrap(), keys.seal("bob", b"mail").await.unwrap());
    assert_ne!(keys.seal("ann", b"mail").await.unwrap(), ann);
    assert_eq!(keys.open("ann", &ann).await.unwrap(), b"mail");
    assert!(matches!(keys.open("bob", &ann).await, Err(SealedError::NotTheirs)));
    assert!(matches!(keys.open("ann", &ann[..ann.len() - 1]).await, Err(SealedError::NotTheirs)));

    let marks = keys.word_key("ann").await.unwrap().unwrap();
    assert_eq!(marks.mark("mail"), keys.word_key("ann").await.unwrap().unwrap().mark("mail"));
    assert_ne!(marks.mark("mail"), keys.word_key("bob").await.unwrap().unwrap().mark("mail"));
    assert!(keys.word_key("cleo").await.unwrap().is_none(), "nothing was sealed for her");

    let receipt = keys.destroy("ann", "asked to be forgotten", Actor::operator("t")).await.unwrap().unwrap();
    assert!(matches!(keys.open("ann", &ann).await, Err(SealedError::KeyDestroyed)));
    assert!(keys.word_key("ann").await.unwrap().is_none());
    assert_eq!(keys.open("bob", &bob).await.unwrap(), b"mail");
    assert_eq!(keys.destroy("ann", "again", Actor::operator("t")).await.unwrap(), None);
    let events: Vec<_> = store.read(receipt.first).try_collect().await.unwrap();
    assert!(matches!(&events[0].event, Event::SubjectKeyDestroyed(gone) if gone.subject == "ann"));
    verify(&store).await;
}

pub async fn a_log_goes_on_where_it_was_closed(mut fixture: Fixture) {
    let store = fixture.open().await;
    let receipt = store.append(saying("a", "1")).await.unwrap();
    store.close().await.unwrap();
    let store = fixture.open().await;
    assert_eq!((store.head().size, store.head().hash), (2, receipt.hash));
    let next = store.append(saying("a", "2").expecting(stream("a"), Version(1))).await.unwrap();
    assert_eq!(next.first, Position(2));
    assert_eq!(verify(&store).await.size(), 3);
}

pub async fn an_older_log_is_read_only_until_an_operator_accepts_it(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.append(saying("a", "1")).await.unwrap();
    store.close().await.unwrap();
    fixture.keep_copy().await;
    let store = fixture.open().await;
    store.append(saying("a", "lost")).await.unwrap();
    store.close().await.unwrap();
    fixture.put_copy_back().await;

    let rolled_back = RolledBack { checkpoint_size: 3, database_size: 2 };
    let store = fixture.open().await;
    assert_eq!(store.standing(), Standing::RolledBack(rolled_back));
    store.close().await.unwrap();
    let store = fixture.open().await;
    assert_eq!(store.standing(), Standing::RolledBack(rolled_back), "a first look signs nothing and forgets nothing");
    let refused = store.append(saying("a", "2")).await;
    assert!(matches!(refused, Err(AppendError::RolledBack(_))), "{refused:?}");
    assert_eq!(store.read_stream(&stream("a"), Version(0), 9).await.unwrap().len(), 1);

    store.accept_restore("the disk died", Actor::operator("t")).await.unwrap();
    let again = store.accept_restore("twice", Actor::operator("t")).await;
    assert!(matches!(again, Err(AppendError::NotRolledBack)), "{again:?}");
    store.append(saying("a", "2").expecting(stream("a"), Version(1))).await.unwrap();
    let events: Vec<_> = store.read(Position(2)).try_collect().await.unwrap();
    let Event::LedgerRestored(restored) = &events[0].event else { panic!("{events:?}") };
    assert_eq!((restored.epoch, restored.restored_size.0, restored.lost_size.0), (1, 2, 3));
    store.close().await.unwrap();
    let store = fixture.open().await;
    assert_eq!(store.standing(), Standing::Leading);
    verify(&store).await;
}

pub async fn nothing_is_sealed_for_a_person_who_is_being_forgotten(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.subject_keys().seal("ann", b"mail").await.unwrap();
    store.close().await.unwrap();
    fixture.keep_copy().await;
    let store = fixture.open().await;
    store.append(saying("a", "lost")).await.unwrap();
    store.close().await.unwrap();
    fixture.put_copy_back().await;

    let store = fixture.open().await;
    let keys = store.subject_keys();
    let interrupted = keys.destroy("ann", "she left", Actor::operator("t")).await;
    assert!(matches!(interrupted, Err(DestroyKeyError::Append(_))), "{interrupted:?}");
    assert!(matches!(keys.seal("ann", b"mail").await, Err(SealedError::KeyDestroyed)));
    store.accept_restore("the disk died", Actor::operator("t")).await.unwrap();
    keys.destroy("ann", "she left", Actor::operator("t")).await.unwrap().unwrap();
    keys.seal("ann", b"a new key").await.unwrap();
}

pub async fn another_log_of_the_same_length_is_noticed(mut fixture: Fixture) {
    let store = fixture.open().await;
    store.close().await.unwrap();
    fixture.keep_copy().await;
    let store = fixture.open().await;
    store.append(saying("a", "as the checkpoint knows it")).await.unwrap();
    store.close().await.unwrap();
    let left_behind = std::fs::read(fixture.checkpoint_file()).unwrap();

    fixture.put_copy_back().await;
    std::fs::remove_file(fixture.checkpoint_file()).unwrap();
    let store = fixture.open().await;
    store.append(saying("a", "as somebody else wants it")).await.unwrap();
    store.append(saying("a", "and more")).await.unwrap();
    store.close().await.unwrap();
    std::fs::write(fixture.checkpoint_file(), left_behind).unwrap();

    let store = fixture.open().await;
    let rolled_back = RolledBack { checkpoint_size: 2, database_size: 3 };
    assert_eq!(store.standing(), Standing::RolledBack(rolled_back));
}
