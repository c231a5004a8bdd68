//! People see how their credit went, take it with them, and name a wallet of their own without giving a secret away.

use crate::{
    browser::{Browser, field},
    fixture::{GIFT, Service},
};
use edgecoder_events::Position;
use futures_util::TryStreamExt;
use serde_json::Value;

const ANN: &str = "ann@example.org";
const PUBLIC: &str = "wpkh([73c5da0a/84h/0h/0h]xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3\
                      rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V/0/*)#afwvtk2s";
const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

async fn submit_and_stop(ann: &mut Browser) {
    let page = ann.get("/tasks/new").await.text;
    let fields = [("task_id", field(&page, "task_id")), ("code", "x = 1".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let task = ann.post("/tasks/new", &field(&page, "form_token"), &fields).await.location;
    ann.send(&task, &format!("{task}/cancel"), &[]).await;
}

#[tokio::test]
async fn every_movement_can_be_taken_along_as_a_table_and_as_json() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    for _ in 0..3 {
        submit_and_stop(&mut ann).await;
    }
    let csv = ann.get("/wallet/export.csv").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<_> = csv.text.lines().collect();
    assert_eq!(lines.len(), 14, "a head, a gift, and three times two sides of set aside and came back: {}", csv.text);
    assert!(lines.iter().all(|line| line.split(',').count() == 7), "{}", csv.text);
    assert!(lines[13].contains(&format!(",issued,available,{GIFT}000000,{GIFT}000000,")), "{}", csv.text);
    let json = ann.get("/wallet/export.json").await;
    let moved: Vec<Value> = serde_json::from_str(&json.text).unwrap();
    assert_eq!((moved.len(), &moved[12]["reason"]), (13, &Value::from("issued")));
    let sum: i64 = moved.iter().map(|it| it["changeMicroCredits"].as_i64().unwrap()).sum();
    assert_eq!(sum, i64::try_from(GIFT).unwrap() * 1_000_000, "the movements are the balance");
    let mut bob = service.person("bob@example.org", "Bob").await;
    assert_eq!(bob.get("/wallet/export.csv").await.text.lines().count(), 2, "his gift, and nothing of hers");
}

#[tokio::test]
async fn a_public_descriptor_is_taken_shown_to_its_owner_and_its_backup_recorded_once() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let given = [("descriptor", PUBLIC), ("network", "bitcoin")];
    let taken = ann.send("/wallet", "/wallet/descriptor", &given).await;
    assert_eq!(taken.location, "/wallet?done=descriptor#own-title", "{}", taken.text);
    let page = ann.get("/wallet?done=descriptor").await.text;
    for told in ["bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "73c5da0a", "Compare the addresses"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let (_, form) = page.split_once("/wallet/backup").unwrap();
    let descriptor = field(form, "descriptor");
    let unticked = ann.send("/wallet", "/wallet/backup", &[("descriptor", &descriptor)]).await;
    assert!(unticked.status == 422 && unticked.text.contains("Check your words first"), "{}", unticked.text);
    let ticked = [("descriptor", descriptor.as_str()), ("checked", "yes")];
    assert_eq!(ann.send("/wallet", "/wallet/backup", &ticked).await.status, 303);
    let size = service.store.head().size;
    assert_eq!(ann.send("/wallet", "/wallet/backup", &ticked).await.status, 303);
    assert_eq!(service.store.head().size, size, "said twice, it is recorded once");
    assert!(ann.get("/wallet").await.text.contains("You checked your words on"));
    let another = "00".repeat(32);
    let strange = [("descriptor", another.as_str()), ("checked", "yes")];
    assert_eq!(ann.send("/wallet", "/wallet/backup", &strange).await.status, 409);
    let mut bob = service.person("bob@example.org", "Bob").await;
    assert!(!bob.get("/wallet").await.text.contains("73c5da0a"));
    let entries: Vec<_> = service.store.read(Position(0)).try_collect().await.unwrap();
    assert!(entries.iter().any(|it| it.event.kind() == "person.backup_acknowledged"));
    for entry in &entries {
        assert!(!String::from_utf8_lossy(&entry.event.to_bytes()).contains("xpub"), "the log does not have it");
    }
}

#[tokio::test]
async fn what_is_private_is_refused_by_name_and_neither_kept_nor_repeated() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let private = PUBLIC.replace("xpub", "xprv");
    let size = service.store.head().size;
    for (typed, told) in [
        (private.as_str(), "This is private"),
        (WORDS, "These are the words of a wallet"),
        ("wallet.txt", "This is no descriptor"),
    ] {
        let answer = ann.send("/wallet", "/wallet/descriptor", &[("descriptor", typed), ("network", "bitcoin")]).await;
        assert!(answer.status == 422 && answer.text.contains(told), "{typed}: {}", answer.text);
        assert!(!answer.text.contains(typed) && !answer.text.contains("xprv6Cat"), "{}", answer.text);
    }
    let other = ann.send("/wallet", "/wallet/descriptor", &[("descriptor", PUBLIC), ("network", "signet")]).await;
    assert!(other.status == 422 && other.text.contains("network bitcoin"), "{}", other.text);
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}
