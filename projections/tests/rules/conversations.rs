//! A conversation is one account's: another one may call theirs the same, and what is forgotten is gone.

use crate::{people::recorded, test_log::TestLog};
use edgecoder_events::{
    AccountId, BlobRef, ConversationId, Event, MicroCredits, Position, ProjectId, TaskId,
    key::SubjectKeyDestroyed,
    task::{Language, ResourceClass, TaskSubmitted, WorkKind},
};
use edgecoder_projections::{PageRequest, Projections, TablesIn};

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn said(task: &str, by: &str) -> Event {
    let submitted = TaskSubmitted {
        task: TaskId::new(task).unwrap(),
        account: account(by),
        project: ProjectId::new("default").unwrap(),
        work: WorkKind::Prompt,
        language: Language::Python,
        resource: ResourceClass::Cpu,
        priority: 50,
        requested_model: None,
        content: BlobRef([1; 32]),
        budget: MicroCredits::from_micros(1),
        conversation: Some(ConversationId::new("chat").unwrap()),
    };
    submitted.into()
}

async fn tasks(all: &Projections, account: &AccountId) -> Vec<String> {
    let chat = ConversationId::new("chat").unwrap();
    let page = all.conversations().messages(account, &chat, &PageRequest::new(None, 10)).await.unwrap();
    page.items.into_iter().map(|it| it.task.to_string()).collect()
}

#[tokio::test]
async fn conversations_of_one_name_are_apart_and_go_with_the_key_of_their_owner() {
    let folder = tempfile::tempdir().unwrap();
    let [file, search] = ["projections.db", "search"].map(|it| folder.path().join(it));
    let (ann, bob) = (account("ann"), account("bob"));
    let destroyed = SubjectKeyDestroyed { subject: "ann".to_owned(), reason: "asked for".to_owned() };
    let events =
        recorded([said("a1", "ann"), said("b1", "bob"), said("a2", "ann"), destroyed.into(), said("a3", "ann")]);
    let log = TestLog::of(&events[..3], 2);
    let all = Projections::start(&log, TablesIn::File(&file), &search).await.unwrap();
    all.caught_up(log.head()).await.unwrap();
    assert_eq!((tasks(&all, &ann).await, tasks(&all, &bob).await), (vec!["a2".into(), "a1".into()], vec!["b1".into()]));
    let listed = all.conversations().list(&ann, &PageRequest::new(None, 10)).await.unwrap().items;
    assert_eq!((listed.len(), listed[0].newest, listed[0].first.as_str()), (1, Position(2), "a1"));

    log.append(&events[3..4]);
    all.caught_up(log.head()).await.unwrap();
    assert_eq!((tasks(&all, &ann).await, tasks(&all, &bob).await), (vec![], vec!["b1".into()]));
    assert!(all.conversations().list(&ann, &PageRequest::new(None, 10)).await.unwrap().items.is_empty());

    log.append(&events[4..]);
    all.caught_up(log.head()).await.unwrap();
    assert_eq!(tasks(&all, &ann).await, ["a3"], "what is said later is a conversation of its own");
    all.stop().await;
}
