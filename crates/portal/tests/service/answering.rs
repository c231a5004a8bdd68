//! People help where no machine could do what they want.

use crate::{
    browser::{Browser, field},
    fixture::Service,
    reviewing::report,
};
use edgecoder_domain::task::{SubtaskState, TaskCommand};
use edgecoder_events::{
    SubtaskIndex, TaskId,
    task::{Language, PlannedSubtask, Planner, Verdict, WorkKind},
};

/// Somebody whose wish three machines have failed with; the task's name.
async fn with_an_escalation(service: &mut Service) -> (Browser, TaskId) {
    let mut ann = service.person("ann@example.org", "Ann").await;
    let page = ann.get("/tasks/new").await.text;
    let id = field(&page, "task_id");
    let fields = [("task_id", id.as_str()), ("prompt", "sort them")];
    assert_eq!(ann.post("/tasks/new", &field(&page, "form_token"), &fields).await.status, 303);
    let id = TaskId::new(id).unwrap();
    let content = service.task(&id, |task| task.identity().unwrap().content).await;
    let whole = PlannedSubtask {
        index: SubtaskIndex(0),
        work: WorkKind::Prompt,
        language: Language::Python,
        content,
        depends_on: vec![],
        timeout_ms: 1_000,
    };
    service.does(&id, &TaskCommand::Plan { planner: Planner::Fallback, subtasks: vec![whole] }, vec![]).await;
    for attempt in 1..=3 {
        service.finishes(id.as_str(), &report(Verdict::Failed, None), attempt).await;
    }
    (ann, id)
}

async fn state(service: &Service, id: &TaskId) -> SubtaskState {
    service.task(id, |task| task.subtask(SubtaskIndex(0)).unwrap().state.clone()).await
}

#[tokio::test]
async fn an_answer_puts_the_part_back_and_is_sealed_behind_what_was_asked() {
    let mut service = Service::begin().await;
    let (mut ann, id) = with_an_escalation(&mut service).await;
    assert_eq!(state(&service, &id).await, SubtaskState::Escalated);
    let path = format!("/tasks/{id}");
    assert!(ann.get(&path).await.text.contains("What should they know?"));
    let fields = [("subtask", "0"), ("answer", "by their length <b>")];
    assert_eq!(ann.send(&path, &format!("{path}/answer"), &fields).await.location, path);
    assert_eq!(state(&service, &id).await, SubtaskState::Waiting);
    let page = ann.get(&path).await.text;
    assert!(page.contains("You said more") && !page.contains("What should they know?"), "{page}");
    let asked = service.prompt(&id).await;
    assert!(asked.starts_with("sort them\n") && asked.ends_with("by their length <b>"), "{asked}");
}

#[tokio::test]
async fn what_can_not_be_answered_is_said_and_nothing_typed_is_lost() {
    let mut service = Service::begin().await;
    let (mut ann, id) = with_an_escalation(&mut service).await;
    let (path, size) = (format!("/tasks/{id}"), service.store.head().size);
    let long = "kept ".repeat(2_000);
    for (subtask, answer, told) in [
        ("0", " ", "Expected words"),
        ("0", long.as_str(), "kept kept"),
        ("7", "more", "The subtask was not escalated"),
        ("x", "more", "Press one of the buttons"),
    ] {
        let answer = ann.send(&path, &format!("{path}/answer"), &[("subtask", subtask), ("answer", answer)]).await;
        assert!(answer.status == 422 && answer.text.contains(told), "{told}: {}", answer.text);
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
    let mut bob = service.person("bob@example.org", "Bob").await;
    let token = field(&bob.get("/account").await.text, "form_token");
    let others = bob.post(&format!("{path}/answer"), &token, &[("subtask", "0"), ("answer", "mine")]).await;
    assert_eq!(others.status, 404, "only who asked may answer");
    assert_eq!(state(&service, &id).await, SubtaskState::Escalated);
}
