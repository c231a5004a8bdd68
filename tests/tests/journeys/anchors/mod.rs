//! Does Bitcoin date the ledger of the built product, and can a stranger check it with other people's tools?

mod calendar;
mod chain;
pub mod main_node;
mod own_transaction;
mod real_money;

use crate::{machine::Machine, product::Product};
use serde_json::Value;

/// Where the log of a product is served.
fn log_of(product: &Product) -> String {
    let endpoints: Value = serde_json::from_str(&product.read("endpoints.json")).unwrap();
    endpoints["coordinator"].as_str().unwrap().to_owned()
}

/// What everybody may ask of a coordinator.
fn get(product: &Product, path: &str) -> (u16, String) {
    product.asks(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
}

/// The anchors of a product, newest first.
fn anchors(product: &Product) -> Vec<Value> {
    let (status, body) = get(product, "/anchors");
    assert_eq!(status, 200, "{body}");
    let page: Value = serde_json::from_str(&body).unwrap();
    page["anchors"].as_array().unwrap().clone()
}

/// Waits until an anchor is in one of these states.
fn anchor_in(product: &Product, states: &[&str]) -> Value {
    product.wait_for(&format!("an anchor that is {states:?}"), |product| {
        anchors(product).into_iter().find(|it| states.contains(&it["state"].as_str().unwrap()))
    })
}

/// Waits until this anchor is in one of these states.
fn anchor_becomes(product: &Product, checkpoint: &Value, states: &[&str]) -> Value {
    product.wait_for(&format!("the anchor to be {states:?}"), |product| {
        let of_it = |it: &Value| it["checkpoint"] == *checkpoint && states.contains(&it["state"].as_str().unwrap());
        anchors(product).into_iter().find(of_it)
    })
}

/// Waits until everything that happened is dated, or on its way: asked to date the log, the coordinator says no.
fn nothing_to_date(product: &Product) {
    let token = product.read("operator.token");
    let asked = format!(
        "POST /anchors HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    product.wait_for("nothing to be left to date", |product| {
        let (status, body) = product.asks(&asked);
        assert_eq!(status, 200, "{body}");
        let asked: Value = serde_json::from_str(&body).unwrap();
        asked["checkpoint"].is_null().then_some(())
    });
}

/// What `audit anchors` says, and how it ends.
fn judged(machine: &Machine, words: &[&str]) -> (i32, String) {
    audited(machine, &[&["anchors", "--network", "regtest"], words].concat())
}

/// What a command of the auditor's says, and how it ends.
fn audited(machine: &Machine, words: &[&str]) -> (i32, String) {
    let output = machine.types(&[&["audit"], words].concat());
    let told = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&told).into_owned())
}
