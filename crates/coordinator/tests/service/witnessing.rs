//! Coordinators witness each other's logs: who shows two histories is found out.

use crate::fixture::{Service, Watch, free_port, witness_key};
use edgecoder_ledger::{
    Checkpoint, Policy, Receipt,
    note::{LogKey, Note},
    tree::{Frontier, MemoryTree, consistency_proof, leaf_hash},
    witness::{AddCheckpoint, log_id},
};
use reqwest::{Response, StatusCode};

const ANNA: &str = "example.org/anna";
const BEN: &str = "example.org/ben";
/// How often is asked again for what must come. A receipt waits by itself, so this is a minute and more.
const LOOKS: usize = 60;

fn log_key(origin: &str) -> LogKey {
    LogKey::from_seed(origin, &[7; 32]).unwrap()
}

/// The policy of those who read the log `of`: `witness` must have cosigned.
fn policy(of: &str, witness: &str, url: &str) -> Policy {
    let (log, key) = (log_key(of).verifier_key(), witness_key(witness));
    format!("log {log}\nwitness w {} {url}\nquorum w\n", key.cosigner_key()).parse().unwrap()
}

/// A coordinator of `origin` that `witness` at `url` cosigns.
async fn watched_by(origin: &str, witness: &str, url: &str) -> Service {
    Service::begin_watched(origin, Watch { policy: Some(policy(origin, witness, url)), ..Watch::default() }).await
}

/// A coordinator that witnesses the log of anna.
async fn ben() -> Service {
    Service::begin_watched(BEN, Watch { logs: vec![log_key(ANNA).verifier_key()], ..Watch::default() }).await
}

async fn receipt(service: &Service, position: u64) -> Receipt {
    let answer = service.client.get(format!("{}/receipt/{position}", service.base())).send().await.unwrap();
    Receipt::parse(&answer.bytes().await.unwrap()).unwrap()
}

/// Asks for the receipt of the newest entry until the witness has seen its checkpoint.
async fn witnessed(service: &Service, policy: &Policy) -> Receipt {
    let newest = service.store.head().size - 1;
    for _ in 0..LOOKS {
        let receipt = receipt(service, newest).await;
        if receipt.open(policy).unwrap().verdict.has_quorum {
            return receipt;
        }
    }
    panic!("no cosignature came");
}

#[tokio::test]
async fn two_coordinators_that_witness_each_other_cosign_what_each_records() {
    let listeners = [free_port().await, free_port().await];
    let [to_anna, to_ben] = listeners.each_ref().map(|it| format!("http://{}", it.local_addr().unwrap()));
    let [at_anna, at_ben] = listeners;
    let (of_anna, of_ben) = (policy(ANNA, BEN, &to_ben), policy(BEN, ANNA, &to_anna));
    let watch = |other: &str, policy: &Policy, listener| Watch {
        logs: vec![log_key(other).verifier_key()],
        policy: Some(policy.clone()),
        listener: Some(listener),
        anchors: None,
    };
    let anna = Service::begin_watched(ANNA, watch(BEN, &of_anna, at_anna)).await;
    let ben = Service::begin_watched(BEN, watch(ANNA, &of_ben, at_ben)).await;
    for round in ["one", "two"] {
        anna.submitted(round).await;
        witnessed(&anna, &of_anna).await;
        ben.submitted(round).await;
        witnessed(&ben, &of_ben).await;
    }
    let note = anna.client.get(format!("{}/checkpoint", anna.base())).send().await.unwrap().bytes().await.unwrap();
    assert!(
        of_anna.judge(&Note::parse(&note).unwrap()).unwrap().has_quorum,
        "the checkpoint carries the cosignature too"
    );
    let seen = ben.client.get(format!("{}/{}/checkpoint", ben.base(), log_id(ANNA))).send().await.unwrap();
    assert_eq!(seen.headers()["content-type"], "text/plain; charset=utf-8");
    let seen = Note::parse(&seen.bytes().await.unwrap()).unwrap();
    assert!(of_anna.judge(&seen).unwrap().has_quorum, "the witness shows what it stands for");
    let identity = anna.get_as(anna.ada(), "/identity").await;
    assert_eq!(identity.body["witnessVerifierKey"], witness_key(ANNA).cosigner_key().to_string());
}

#[tokio::test]
async fn a_second_history_of_a_log_is_noticed_and_its_evidence_kept() {
    let ben = ben().await;
    let shown = watched_by(ANNA, BEN, ben.base()).await;
    for name in ["one", "two", "three"] {
        shown.submitted(name).await;
    }
    let policy = policy(ANNA, BEN, ben.base());
    let good = witnessed(&shown, &policy).await.open(&policy).unwrap().verdict.checkpoint.clone();

    // Whoever holds the log's key begins anew, for somebody else to see.
    let hidden = watched_by(ANNA, BEN, ben.base()).await;
    for name in ["four", "five", "six", "seven"] {
        hidden.submitted(name).await;
    }
    assert!(hidden.store.head().size > good.size);
    let problem = problem(&hidden).await;
    let name = problem.split_once("evidence/").unwrap().1.split_whitespace().next().unwrap();
    let evidence = hidden.evidence(name);
    let (_, theirs) = evidence.split_once("What it stands for:\n\n").unwrap();
    let theirs = Note::parse(theirs.as_bytes()).unwrap();
    assert_eq!(policy.judge(&theirs).unwrap().checkpoint, good, "signed by the log's own key");
    let newest = hidden.store.head().size - 1;
    assert!(!receipt(&hidden, newest).await.open(&policy).unwrap().verdict.has_quorum);
    assert!(shown.get_as(shown.ada(), "/health/runtime").await.status.is_success());
}

#[tokio::test]
async fn a_coordinator_that_nobody_witnesses_keeps_running() {
    let mut alone = Service::begin().await;
    alone.submitted("t").await;
    receipt(&alone, 0).await;
    assert!(alone.is_whole());
}

/// What the coordinator complains about, once it does. A receipt that gets no cosignature takes its time.
async fn problem(service: &Service) -> String {
    for _ in 0..LOOKS {
        let health = service.get_as(service.ada(), "/health/runtime").await;
        if let Some(problem) = health.body["problems"][0].as_str() {
            assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
            return problem.to_owned();
        }
        receipt(service, 0).await;
    }
    panic!("nothing was noticed");
}

/// A history of anna's log.
fn leaf(history: u8, number: u64) -> [u8; 32] {
    leaf_hash(&[&[history][..], &number.to_be_bytes()].concat())
}

fn request(history: u8, old: u64, size: u64, key: &LogKey) -> String {
    let (mut tree, mut frontier) = (MemoryTree::default(), Frontier::new());
    for leaf in (0..size).map(|number| leaf(history, number)) {
        tree.append(leaf);
        frontier.append(leaf);
    }
    let proof = consistency_proof(&tree, old, size).unwrap_or_default();
    let checkpoint = Checkpoint { origin: key.verifier_key().name().to_owned(), size, root: frontier.root() };
    let note = Note::parse(checkpoint.sign(key).unwrap().as_bytes()).unwrap();
    AddCheckpoint::new(old, proof, note).unwrap().to_string()
}

async fn add(service: &Service, body: String) -> Response {
    service.client.post(format!("{}/add-checkpoint", service.base())).body(body).send().await.unwrap()
}

#[tokio::test]
async fn a_witness_answers_with_the_statuses_of_the_specification() {
    let ben = ben().await;
    let anna = log_key(ANNA);
    let answer = add(&ben, request(1, 0, 7, &anna)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let line = answer.text().await.unwrap();
    let key = witness_key(BEN);
    let note = request(1, 0, 7, &anna).split_once("\n\n").unwrap().1.to_owned();
    let cosigned = Note::parse(format!("{note}{line}").as_bytes()).unwrap();
    assert_eq!(key.cosigner_key().cosigned_at(&cosigned), Ok(Some(1_700_000_000)));

    let stranger = LogKey::from_seed("example.org/cleo", &[7; 32]).unwrap();
    let forger = LogKey::from_seed(ANNA, &[8; 32]).unwrap();
    for (body, status) in [
        ("old 0\n".to_owned(), StatusCode::BAD_REQUEST),
        (request(1, 8, 7, &anna), StatusCode::BAD_REQUEST),
        (request(1, 7, 9, &forger), StatusCode::FORBIDDEN),
        (request(1, 0, 7, &stranger), StatusCode::NOT_FOUND),
        (request(2, 7, 9, &anna), StatusCode::UNPROCESSABLE_ENTITY),
        (request(2, 7, 7, &anna), StatusCode::UNPROCESSABLE_ENTITY),
        (request(1, 7, 7, &anna), StatusCode::OK),
        (request(1, 7, 9, &anna), StatusCode::OK),
        ("x".repeat(300_000), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = add(&ben, body.clone()).await;
        assert_eq!(answer.status(), status, "{body:.200}");
    }
    let answer = add(&ben, request(1, 0, 12, &anna)).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert_eq!(answer.headers()["content-type"], "text/x.tlog.size");
    assert_eq!(answer.text().await.unwrap(), "9\n");
    let evidence = ben.evidence(&format!("log-{}-7", &log_id(ANNA)[..16]));
    assert_eq!(evidence.matches(&format!("{ANNA}\n7\n")).count(), 2, "{evidence}");
    for unknown in [log_id("example.org/cleo"), "no-log".to_owned()] {
        let answer = ben.client.get(format!("{}/{unknown}/checkpoint", ben.base())).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
}
