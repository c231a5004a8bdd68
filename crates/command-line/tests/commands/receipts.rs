//! Receipts: fetched from a coordinator, verified without one.

use crate::{
    scenes::view,
    service::Service,
    typed::{Outcome, PLAIN, person, program, typed},
};
use axum::response::IntoResponse;
use edgecoder_command_line::ExitCode;
use edgecoder_ledger::{
    Checkpoint, Entry, Receipt,
    cosignature::WitnessKey,
    note::{LogKey, Note},
    tree::{leaf_hash, node_hash},
};
use edgecoder_wire::tasks::TaskState;
use insta::assert_snapshot;
use serde_json::Value;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

const ORIGIN: &str = "example.org/ledger";
/// Nobody is there.
const NOBODY: &str = "http://127.0.0.1:1";

fn log() -> LogKey {
    LogKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness() -> WitnessKey {
    WitnessKey::from_seed("anna.example/witness", &[2; 32]).unwrap()
}

/// The receipt of entry 1 in a log of two.
fn receipt() -> Receipt {
    let entry = Entry {
        origin: ORIGIN,
        position: 1,
        stream: "task-01-primes",
        version: 3,
        kind: "task.completed",
        schema: 1,
        event_id: [1; 16],
        recorded_at_ms: 1_800_000_000_000,
        actor: "agent:shed",
        correlation_id: [1; 16],
        causation_id: None,
        idempotency_key: None,
        author_key: None,
        author_signature: None,
        payload: &[],
        prev_hash: [0; 32],
    };
    let mut bytes = Vec::new();
    entry.encode(&mut bytes).unwrap();
    let root = node_hash(&[7; 32], &leaf_hash(&bytes));
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 2, root };
    let mut note = Note::parse(checkpoint.sign(&log()).unwrap().as_bytes()).unwrap();
    note.add(witness().cosign(&checkpoint.to_string(), 1_800_000_002)).unwrap();
    Receipt { extra: Some(bytes), index: 1, proof: vec![[7; 32]], checkpoint: note }
}

struct Desk(TempDir);

impl Desk {
    fn with(receipt: &str, policy: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        fs::write(desk.path("it.tlog-proof"), receipt).unwrap();
        fs::write(desk.path("policy"), policy).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    async fn verifies(&self) -> Outcome {
        let (receipt, policy) = (self.path("it.tlog-proof"), self.path("policy"));
        let words = ["receipt", "verify", receipt.to_str().unwrap(), "--policy", policy.to_str().unwrap()];
        typed(NOBODY, PLAIN, &words).await
    }
}

fn policy(quorum: &str) -> String {
    let other = WitnessKey::from_seed("ben.example/witness", &[3; 32]).unwrap();
    let (log, anna, ben) =
        (log().verifier_key(), witness().cosigner_key().to_string(), other.cosigner_key().to_string());
    format!("log {log}\nwitness anna {anna}\nwitness ben {ben}\ngroup both all anna ben\nquorum {quorum}\n")
}

#[tokio::test]
async fn a_receipt_with_its_witnesses_holds_without_any_server() {
    let outcome = Desk::with(&receipt().to_string(), &policy("anna")).verifies().await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert_snapshot!(outcome.out);
}

#[tokio::test]
async fn too_few_witnesses_and_forgery_and_what_can_not_be_read_are_told_apart() {
    let good = receipt().to_string();
    let forged = Receipt { proof: vec![[8; 32]], ..receipt() }.to_string();
    let bad_signature = good.replacen("\n2\n", "\n3\n", 1);
    let stranger = policy("none").replacen("log ", "# log ", 1);
    for (receipt, policy, code, word) in [
        (&good, policy("both"), 3, "VALID BUT UNPROVEN"),
        (&forged, policy("anna"), 1, "TAMPERED"),
        (&bad_signature, policy("anna"), 1, "TAMPERED"),
        (&good, stranger, 2, "CANNOT VERIFY"),
        (&good, "quorum".to_owned(), 2, "CANNOT VERIFY"),
        (&"c2sp.org/tlog-proof@v1\n".to_owned(), policy("anna"), 2, "CANNOT VERIFY"),
    ] {
        let outcome = Desk::with(receipt, &policy).verifies().await;
        assert_eq!(outcome.ended.unwrap().number(), code, "{}", outcome.out);
        assert!(outcome.out.starts_with(word), "{}", outcome.out);
    }
    let without_file = typed(NOBODY, PLAIN, &["receipt", "verify", "no/such", "--policy", "none"]).await;
    assert_eq!(without_file.ended.unwrap(), ExitCode::CannotVerify);
}

#[tokio::test]
async fn the_receipt_of_a_task_is_that_of_its_newest_entry() {
    let service = Service::start().await;
    let mut task = view(TaskState::Completed, None, None);
    task.positions = vec![edgecoder_events::Position(0), edgecoder_events::Position(1)];
    service.on_json("GET /tasks/01-primes", &task);
    service.on("GET /receipt/1", || receipt().to_string().into_response());
    let outcome = person(&service, &["receipt", "get", "01-primes"]).await;
    assert_eq!(outcome.out, receipt().to_string());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.tlog-proof");
    let outcome = program(&service, &["receipt", "get", "1", "--out", file.to_str().unwrap()]).await;
    assert_eq!(serde_json::from_str::<Value>(&outcome.out).unwrap()["position"], 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), receipt().to_string());
}

#[tokio::test]
async fn the_receipt_of_another_entry_is_not_taken() {
    let service = Service::start().await;
    service.on("GET /receipt/0", || receipt().to_string().into_response());
    let outcome = person(&service, &["receipt", "get", "0"]).await;
    assert!(outcome.refusal().contains("the receipt is of another entry"), "{}", outcome.refusal());
}
