//! People judge what their tasks brought.

use crate::{
    browser::{Browser, field},
    fixture::Service,
};
use edgecoder_events::task::Verdict;
use edgecoder_wire::tasks::Report;

const DIFF: &str = "--- a/main.py\n+++ b/main.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n";

pub fn report(verdict: Verdict, diff: Option<&str>) -> Report {
    Report {
        salt: "00112233445566778899aabbccddeeff".to_owned(),
        verdict,
        exit_code: 0,
        reason: "finished".to_owned(),
        stdout: "<script>alert(1)</script>".to_owned(),
        stderr: String::new(),
        duration_ms: 0,
        tests: None,
        files: vec![],
        diff: diff.map(str::to_owned),
        iterations: 0,
        model: None,
    }
}

/// The name of a program that somebody submits with the form.
async fn submitted(browser: &mut Browser) -> String {
    let page = browser.get("/tasks/new").await.text;
    let id = field(&page, "task_id");
    let fields = [("task_id", id.as_str()), ("code", "x = 1")];
    assert_eq!(browser.post("/tasks/new", &field(&page, "form_token"), &fields).await.status, 303);
    id
}

/// Somebody whose task brought this diff; the path of the task's page.
async fn with_a_result(service: &mut Service, diff: &str) -> (Browser, String) {
    let mut ann = service.person("ann@example.org", "Ann").await;
    let id = submitted(&mut ann).await;
    service.finishes(&id, &report(Verdict::Passed, Some(diff)), 1).await;
    (ann, format!("/tasks/{id}"))
}

#[tokio::test]
async fn a_result_is_accepted_rejected_and_taken_with_changes_and_the_last_word_counts() {
    let mut service = Service::begin().await;
    let (mut ann, task) = with_a_result(&mut service, DIFF).await;
    let review = format!("{task}/review");
    let page = ann.get(&task).await.text;
    for told in ["Do you take it?", "main.py", "1 lines added", "class=\"added\"", "class=\"removed\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let edited = DIFF.replace("x = 2", "x = 3");
    for (fields, told) in [
        (vec![("decision", "accepted")], "You accepted it"),
        (vec![("decision", "rejected"), ("reason", "x is not two")], "x is not two"),
        (vec![("decision", "edited"), ("diff", edited.as_str())], "You took it with changes of yours"),
    ] {
        assert_eq!(ann.send(&task, &review, &fields).await.location, task);
        let page = ann.get(&task).await.text;
        assert!(page.contains(told), "{told}: {page}");
    }
    let page = ann.get(&task).await.text;
    assert!(!page.contains("x is not two"), "the last word is shown, and those before it are in the log");
    let (_, begun) = page.split_once("name=\"diff\"").unwrap();
    assert!(begun.contains("x = 3"), "a further change begins with the last one");
    let size = service.store.head().size;
    ann.send(&task, &review, &[("decision", "accepted")]).await;
    ann.send(&task, &review, &[("decision", "accepted")]).await;
    assert_eq!(service.store.head().size, size + 1, "yes is said once");
}

#[tokio::test]
async fn what_is_wrong_with_a_review_is_said_and_nothing_typed_is_lost() {
    let mut service = Service::begin().await;
    let (mut ann, task) = with_a_result(&mut service, DIFF).await;
    let (review, size) = (format!("{task}/review"), service.store.head().size);
    let misfit = DIFF.replace("x = 1", "x = 7 <kept>");
    for (fields, told) in [
        (vec![], "Press one of the buttons"),
        (vec![("decision", "maybe")], "Press one of the buttons"),
        (vec![("decision", "rejected"), ("reason", " ")], "Say why"),
        (vec![("decision", "edited"), ("diff", "hello <kept>")], "hello &#60;kept&#62;"),
        (vec![("decision", "edited"), ("diff", "hello <kept>")], "Line 1: expected"),
        (vec![("decision", "edited"), ("diff", misfit.as_str())], "line 1 of the file is another one"),
        (vec![("decision", "edited"), ("diff", misfit.as_str())], "x = 7 &#60;kept&#62;"),
    ] {
        let answer = ann.send(&task, &review, &fields).await;
        assert!(answer.status == 422 && answer.text.contains(told), "{told}: {}", answer.text);
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}

#[tokio::test]
async fn only_what_is_completed_is_judged() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let task = format!("/tasks/{}", submitted(&mut ann).await);
    assert!(!ann.get(&task).await.text.contains("Do you take it?"));
    let answer = ann.send(&task, &format!("{task}/review"), &[("decision", "accepted")]).await;
    assert!(answer.status == 422 && answer.text.contains("Only what a completed task brought"), "{}", answer.text);
    assert!(!ann.get(&task).await.text.contains("You accepted it"));
}

#[tokio::test]
async fn what_machines_and_reviewers_write_never_becomes_markup() {
    const BAD: &str = "<script>alert(2)</script><img src=x onerror=alert(2)>";
    let mut service = Service::begin().await;
    let diff = format!("--- /dev/null\n+++ b/{BAD}.py\n@@ -0,0 +1 @@\n+{BAD}\n");
    let (mut ann, task) = with_a_result(&mut service, &diff).await;
    let fields = [("decision", "rejected"), ("reason", BAD)];
    assert_eq!(ann.send(&task, &format!("{task}/review"), &fields).await.status, 303);
    let page = ann.get(&task).await.text;
    assert!(page.contains("&#60;script&#62;alert(2)"), "it is shown: {page}");
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
}

#[tokio::test]
async fn what_can_not_be_read_as_a_diff_is_shown_as_it_came() {
    let mut service = Service::begin().await;
    let (mut ann, task) = with_a_result(&mut service, "no diff <at> all").await;
    assert!(ann.get(&task).await.text.contains("no diff &#60;at&#62; all"));
}
