//! Who vouches that a log has one history? Two operators for each other, and a program that is none of ours: receipts hold
//! offline, and a log that was rolled back is found out.

use crate::{log_tools, machine::executable, product::Product};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// What `GET` answers from the coordinator.
fn get(product: &Product, path: &str) -> (u16, Value) {
    let (status, body) = product.asks(&format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"));
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}")))
}

/// Who a coordinator is, and where: as its operator tells another.
struct Card {
    log: String,
    witness: String,
    url: String,
}

/// Starts a coordinator for the first time, and ends it: it keeps its keys, its port and its data.
fn introduce(product: &mut Product) -> Card {
    product.start();
    let (_, identity) = get(product, "/identity");
    let endpoints: Value = serde_json::from_str(&product.read("endpoints.json")).unwrap();
    let url = endpoints["coordinator"].as_str().unwrap().to_owned();
    let port = url.rsplit(':').next().unwrap().to_owned();
    product.set("COORDINATOR_PORT", &port);
    product.stop();
    let text = |name: &str| identity[name].as_str().unwrap().to_owned();
    Card { log: text("logVerifierKey"), witness: text("witnessVerifierKey"), url }
}

/// Lets a coordinator witness the other's log, and be witnessed by it.
fn acquaint(product: &mut Product, own: &Card, other: &Card) {
    let logs = format!("log {}\nquorum none\n", other.log);
    let policy = format!("log {}\nwitness other {} {}\nquorum other\n", own.log, other.witness, other.url);
    for (setting, text) in [("WITNESS_LOGS", logs), ("WITNESS_POLICY", policy)] {
        let file = product.path(setting).display().to_string();
        fs::write(&file, text).unwrap();
        product.set(setting, &file);
    }
}

/// Fetches receipts of an entry until one has the witness's cosignature; the file that it is in.
fn witnessed_receipt(product: &Product, position: &str) -> String {
    let (file, policy) = (product.path("kept.tlog-proof").display().to_string(), product.path("WITNESS_POLICY"));
    product.wait_for("a cosigned receipt", |product| {
        product.told(&["receipt", "get", position, "--out", &file]);
        let verified = product.types(&["receipt", "verify", &file, "--policy", policy.to_str().unwrap()]);
        verified.status.success().then(|| file.clone())
    })
}

#[test]
fn receipts_of_logs_that_witness_each_other_hold_offline_and_a_rollback_is_seen() {
    let Some(executable) = executable() else { return };
    let [mut anna, mut ben] = [Product::bare(executable.clone()), Product::bare(executable)];
    let cards = [introduce(&mut anna), introduce(&mut ben)];
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup").display().to_string();
    anna.told(&["ledger", "backup", &backup]);
    acquaint(&mut anna, &cards[0], &cards[1]);
    acquaint(&mut ben, &cards[1], &cards[0]);
    anna.start();
    ben.start();
    for name in ["carol", "dora"] {
        anna.told(&["account", "create", name]);
    }
    let newest = get_size(&anna) - 1;
    let [of_anna, of_ben] = [witnessed_receipt(&anna, &newest.to_string()), witnessed_receipt(&ben, "0")];
    assert_eq!(get(&anna, "/health/runtime").0, 200);

    anna.stop();
    let policy = anna.path("WITNESS_POLICY").display().to_string();
    let report = anna.json(&["receipt", "verify", &of_anna, "--policy", &policy]);
    assert_eq!((report["verdict"].as_str(), report["position"].as_u64()), (Some("OK"), Some(newest)));
    let wrong_log = anna.types(&["receipt", "verify", &of_ben, "--policy", &policy]);
    assert_eq!(wrong_log.status.code(), Some(2), "no log of the policy signed it");

    // The older ledger knows nothing of what came later, and its own checkpoint is as old as it is.
    let mut restored = anna.beside();
    restored.told(&["ledger", "restore", &backup]);
    restored.start();
    let problem = restored.wait_for("the witness's objection", |restored| {
        let (status, health) = get(restored, "/health/runtime");
        (status == 503).then(|| health["problems"].to_string())
    });
    assert!(problem.contains("a witness has seen another history of this log: see evidence/own-"), "{problem}");
}

/// A witness over Go's and transparency-dev's packages; ends with the test.
struct GoWitness {
    process: Child,
    key: String,
    url: String,
}

impl GoWitness {
    fn of(tools: &Path, log_key: &str) -> Self {
        let mut process =
            Command::new(tools.join("witness")).arg(log_key).stdout(Stdio::piped()).spawn().expect("it was built");
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let (url, key) = said.trim().split_once(' ').unwrap_or_else(|| panic!("{said:?}"));
        Self { process, key: key.to_owned(), url: url.to_owned() }
    }
}

impl Drop for GoWitness {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).unwrap();
    }
}

#[test]
fn log_tools_a_witness_that_is_none_of_ours_cosigns_what_grows() {
    let Some((tools, executable)) = log_tools::tools().zip(executable()) else { return };
    let mut product = Product::bare(executable);
    let card = introduce(&mut product);
    let witness = GoWitness::of(&tools, &card.log);
    let policy = format!("log {}\nwitness go {} {}\nquorum go\n", card.log, witness.key, witness.url);
    fs::write(product.path("WITNESS_POLICY"), policy).unwrap();
    let file = product.path("WITNESS_POLICY").display().to_string();
    product.set("WITNESS_POLICY", &file);
    product.start();
    // The second time it must be shown that the log only grew.
    for account in ["carol", "dora"] {
        product.told(&["account", "create", account]);
        let newest = get_size(&product) - 1;
        witnessed_receipt(&product, &newest.to_string());
    }
}

/// How many entries the log has.
fn get_size(product: &Product) -> u64 {
    product.json(&["status"])["status"]["ledgerSize"].as_u64().unwrap()
}
