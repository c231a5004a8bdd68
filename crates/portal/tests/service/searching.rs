//! People find their tasks again.

use crate::{
    browser::{Browser, field},
    fixture::Service,
};

/// Submits what somebody wants, in words or as a program; the path of the task.
async fn submitted(browser: &mut Browser, name: &str, text: &str) -> String {
    let page = browser.get("/tasks/new").await.text;
    let fields = [("task_id", field(&page, "task_id")), (name, text.to_owned()), ("language", "javascript".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post("/tasks/new", &field(&page, "form_token"), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.location
}

fn shows(page: &str, task: &str) -> bool {
    page.contains(&format!("href=\"{task}\""))
}

#[tokio::test]
async fn tasks_are_found_by_words_kind_language_and_state_without_a_script() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let primes = submitted(&mut ann, "prompt", "say whether a number is prime").await;
    let program = submitted(&mut ann, "code", "x = 1").await;
    ann.send(&program, &format!("{program}/cancel"), &[]).await;
    service.searched().await;
    for (asked, is_primes, is_program) in [
        ("/tasks", true, true),
        ("/tasks?q=Prime&state=&work=&language=", true, false),
        ("/tasks?q=prime+number", true, false),
        ("/tasks?q=prime+unheard", false, false),
        ("/tasks?q=main.js", false, true),
        ("/tasks?work=program", false, true),
        ("/tasks?language=javascript", true, true),
        ("/tasks?language=python", false, false),
        ("/tasks?state=cancelled", false, true),
        ("/tasks?q=prime&state=cancelled", false, false),
        ("/tasks?state=nonsense&work=nonsense", true, true),
    ] {
        let page = ann.get(asked).await;
        assert_eq!(page.status, 200, "{asked}");
        assert_eq!((shows(&page.text, &primes), shows(&page.text, &program)), (is_primes, is_program), "{asked}");
    }
    let page = ann.get("/tasks").await.text;
    assert!(page.contains("href=\"/tasks?state=cancelled\">Stopped <span class=\"quiet\">1</span>"), "{page}");
    let page = ann.get("/tasks?q=prime&state=cancelled").await.text;
    assert!(page.contains("Nothing matches") && page.contains("href=\"/tasks?q=prime\""), "{page}");
    assert_eq!(field(&page, "state"), "cancelled", "a further search stays in the state");
}

#[tokio::test]
async fn nobody_finds_the_tasks_of_others_and_what_is_asked_never_becomes_markup() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let mut bob = service.person("bob@example.org", "Bob").await;
    let task = submitted(&mut ann, "prompt", "a secret wish").await;
    service.searched().await;
    assert!(shows(&ann.get("/tasks?q=secret").await.text, &task));
    let page = bob.get("/tasks?q=secret").await.text;
    assert!(!shows(&page, &task) && page.contains("Nothing matches"), "{page}");
    let page = ann.get("/tasks?q=%22%3E%3Cscript%3Ealert(1)").await.text;
    assert!(!page.contains("<script>alert"), "{page}");
}

#[tokio::test]
async fn what_was_found_is_read_in_pages_that_ask_the_same() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let mut paths = Vec::new();
    // One more than a page holds; stopped, so that each has credit.
    for _ in 0..26 {
        let path = submitted(&mut ann, "code", "x = 1").await;
        ann.send(&path, &format!("{path}/cancel"), &[]).await;
        paths.push(path);
    }
    service.searched().await;
    let first = ann.get("/tasks?work=program&state=cancelled").await.text;
    assert!(shows(&first, &paths[25]) && !shows(&first, &paths[0]));
    let (_, rest) = first.split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&#38;", "&");
    assert!(next.starts_with("/tasks?state=cancelled&work=program&before="), "{next}");
    let second = ann.get(&next).await.text;
    assert!(shows(&second, &paths[0]) && !shows(&second, &paths[1]) && !second.contains("rel=\"next\""), "{second}");
}
