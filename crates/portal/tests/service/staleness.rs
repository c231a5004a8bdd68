//! Pages say how old they are, and nobody who only watches keeps the portal from stopping.

use crate::{
    browser::field,
    fixture::{GIFT, Service},
};
use reqwest::Method;
use std::time::Duration;

const ANN: &str = "ann@example.org";
/// What does not come in so long does not come.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_page_that_is_older_than_the_log_says_as_of_which_entry() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let fresh = ann.get("/wallet").await.text;
    assert!(!fresh.contains("as of entry"), "{fresh}");
    let newest = service.store.head().size - 1;
    service.holds_the_projections(true);
    let form = ann.get("/tasks/new").await.text;
    let fields = [("task_id", field(&form, "task_id")), ("code", "x = 1".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let submitted = ann.post("/tasks/new", &field(&form, "form_token"), &fields).await;
    assert_eq!(submitted.status, 303, "it is recorded, whatever the pages show: {}", submitted.text);
    let old = ann.get("/wallet").await.text;
    assert!(old.contains(&format!("as of entry {newest}, <time datetime=\"20")), "{old}");
    assert!(old.contains(&format!(">{GIFT}<")) && !old.contains("+48 set aside"), "of then, too: {old}");
    let task = ann.get(&submitted.location).await;
    assert!(
        task.status == 503 && task.text.contains("still being read"),
        "no page says that it is not there: {task:?}"
    );
    service.holds_the_projections(false);
    let fresh = ann.get("/wallet").await.text;
    assert!(!fresh.contains("as of entry") && fresh.contains("+48 set aside"), "{fresh}");
    assert_eq!(ann.get(&submitted.location).await.status, 200);
}

#[tokio::test]
async fn a_page_that_watches_hears_the_end_when_the_portal_stops() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let form = ann.get("/tasks/new").await.text;
    let fields = [("task_id", field(&form, "task_id")), ("code", "x = 1".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let task = ann.post("/tasks/new", &field(&form, "form_token"), &fields).await.location;
    let mut news = ann.request(Method::GET, &format!("{task}/events")).send().await.unwrap();
    assert!(news.chunk().await.unwrap().is_some(), "what happened before is told first");
    service.stop.cancel();
    let rest = async { while news.chunk().await.is_ok_and(|chunk| chunk.is_some()) {} };
    tokio::time::timeout(PATIENCE, rest).await.unwrap();
}
