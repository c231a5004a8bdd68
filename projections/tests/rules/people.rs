//! Who signed up is found by account and by mail address, until they leave.

use crate::test_log::TestLog;
use edgecoder_events::{
    AccountId, Actor, BlobRef, Digest, Event, EventId, Position, Recorded, StreamName, UnixMillis, Version,
    person::{
        PersonAddressChanged, PersonBackupAcknowledged, PersonDescriptorGiven, PersonErased, PersonPasswordReset,
        PersonProfileChanged, PersonSignedUp,
    },
};
use edgecoder_projections::{PageRequest, Projections, TablesIn};

const MARK: Digest = Digest([1; 32]);

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn signed_up(name: &str) -> Event {
    PersonSignedUp { account: account(name), email_mark: MARK, profile: BlobRef([2; 32]) }.into()
}

pub fn recorded(events: impl IntoIterator<Item = Event>) -> Vec<Recorded> {
    let record = |(position, event): (u64, Event)| {
        let event_id = EventId([u8::try_from(position).unwrap(); 16]);
        Recorded {
            position: Position(position),
            stream: StreamName::ledger(),
            version: Version(position + 1),
            event_id,
            recorded_at: UnixMillis(1_000 + position),
            actor: Actor::system("test"),
            correlation_id: event_id,
            causation_id: None,
            author: None,
            event,
        }
    };
    (0..).zip(events).map(record).collect()
}

#[tokio::test]
async fn a_person_is_found_by_account_and_address_and_after_leaving_by_account_alone() {
    let folder = tempfile::tempdir().unwrap();
    let changed = PersonProfileChanged { account: account("p-1"), profile: BlobRef([3; 32]) }.into();
    let reset = PersonPasswordReset { account: account("p-1") }.into();
    let log = TestLog::of(&recorded([signed_up("p-1"), changed, reset]), 2);
    let [file, search] = ["projections.db", "search"].map(|it| folder.path().join(it));
    let all = Projections::start(&log, TablesIn::File(&file), &search).await.unwrap();
    all.caught_up(log.head()).await.unwrap();
    let found = all.people().by_email(MARK).await.unwrap().unwrap();
    assert_eq!((found.account.as_str(), found.profile), ("p-1", BlobRef([3; 32])));
    assert_eq!((found.signed_up_at, found.password_set_at), (UnixMillis(1_000), UnixMillis(1_002)));
    assert_eq!(all.people().person(&account("p-1")).await.unwrap(), Some(found));
    assert_eq!(all.people().by_email(Digest([9; 32])).await.unwrap(), None);

    let left: Vec<_> = recorded([
        signed_up("none"),
        signed_up("none"),
        signed_up("none"),
        PersonErased { account: account("p-1") }.into(),
        signed_up("p-2"),
    ]);
    log.append(&left[3..4]);
    all.caught_up(log.head()).await.unwrap();
    assert_eq!(all.people().by_email(MARK).await.unwrap(), None, "nobody is behind this address");
    assert_eq!(all.people().person(&account("p-1")).await.unwrap().unwrap().erased_at, Some(UnixMillis(1_003)));
    log.append(&left[4..]);
    all.caught_up(log.head()).await.unwrap();
    assert_eq!(all.people().by_email(MARK).await.unwrap().unwrap().account.as_str(), "p-2", "they came back");
    let newest = all.people().list(&PageRequest::new(None, 1)).await.unwrap();
    assert_eq!((newest.items[0].account.as_str(), newest.next), ("p-2", Some(Position(4))));
    let older = all.people().list(&PageRequest::new(newest.next, 1)).await.unwrap();
    assert_eq!((older.items[0].account.as_str(), older.next), ("p-1", None), "whoever left is listed, too");
    all.stop().await;
}

#[tokio::test]
async fn a_person_who_moved_is_found_by_the_new_address_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mark, profile) = (Digest([7; 32]), BlobRef([8; 32]));
    let moved = PersonAddressChanged { account: account("p-1"), email_mark: mark, profile }.into();
    let log = TestLog::of(&recorded([signed_up("p-1"), moved, signed_up("p-2")]), 2);
    let [file, search] = ["projections.db", "search"].map(|it| folder.path().join(it));
    let all = Projections::start(&log, TablesIn::File(&file), &search).await.unwrap();
    all.caught_up(log.head()).await.unwrap();
    let found = all.people().by_email(mark).await.unwrap().unwrap();
    assert_eq!((found.account.as_str(), found.profile), ("p-1", profile));
    assert_eq!(all.people().by_email(MARK).await.unwrap().unwrap().account.as_str(), "p-2", "who came after");
    all.stop().await;
}

#[tokio::test]
async fn a_descriptor_takes_the_place_of_the_one_before_and_its_backup_is_said_anew() {
    let folder = tempfile::tempdir().unwrap();
    let given =
        |nth: u8| -> Event { PersonDescriptorGiven { account: account("p-1"), descriptor: BlobRef([nth; 32]) }.into() };
    let said = PersonBackupAcknowledged { account: account("p-1"), descriptor: BlobRef([5; 32]) }.into();
    let events = recorded([signed_up("p-1"), given(5), said, given(6)]);
    let log = TestLog::of(&events[..3], 2);
    let [file, search] = ["projections.db", "search"].map(|it| folder.path().join(it));
    let all = Projections::start(&log, TablesIn::File(&file), &search).await.unwrap();
    all.caught_up(log.head()).await.unwrap();
    let found = all.people().person(&account("p-1")).await.unwrap().unwrap();
    assert_eq!(found.descriptor, Some(BlobRef([5; 32])));
    assert_eq!(found.backup_acknowledged_at, Some(UnixMillis(1_002)));
    log.append(&events[3..]);
    all.caught_up(log.head()).await.unwrap();
    let found = all.people().person(&account("p-1")).await.unwrap().unwrap();
    assert_eq!((found.descriptor, found.backup_acknowledged_at), (Some(BlobRef([6; 32])), None));
    all.stop().await;
}
