//! On the main network: nothing is paid that nobody agreed to, and the cost is told before.

use super::chain::start_anchor_service;
use crate::machine::{Machine, executable};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// The first block of the main network.
const GENESIS: &str = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

/// A node that knows the first block and a fee of 5 satoshi for a virtual byte.
fn main_node() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://user:password@{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(answer));
    url
}

fn answer(stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let question: Value = serde_json::from_slice(&body).unwrap();
    let said = match (question["method"].as_str().unwrap(), question["params"][0].as_u64()) {
        ("getbestblockhash", _) | ("getblockhash", Some(0)) => json!({ "result": GENESIS }),
        ("getblockheader", _) => json!({ "result": { "height": 0 } }),
        ("estimatesmartfee", _) => json!({ "result": { "feerate": 0.000_05 } }),
        _ => json!({ "error": { "code": -8, "message": "Block height out of range" } }),
    };
    let said = said.to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", said.len());
    reader.get_mut().write_all((head + &said).as_bytes()).unwrap();
}

#[test]
fn real_money_is_spent_only_within_a_cap_and_after_a_yes_that_knew_the_cost() {
    let Some(executable) = executable() else { return };
    let anchor = ["run", "--mode", "anchor"];
    let mut house = Machine::bare(executable);
    house.set("ANCHOR_NETWORK", "bitcoin").set("ANCHOR_PORT", "0").set("ANCHOR_NODE_URL", &main_node());
    let told = house.refused(&anchor);
    assert!(told.contains("ANCHOR_DAILY_CAP_SAT is not set"), "{told}");
    house.set("ANCHOR_DAILY_CAP_SAT", "5000");
    let told = house.refused(&anchor);
    let costs = "costs about 780 satoshi today";
    assert!(told.contains(costs) && told.contains("6832800 satoshi a year; never more than 5000"), "{told}");
    assert!(told.contains("set ANCHOR_SPEND_REAL_MONEY=yes to agree"), "{told}");
    house.set("ANCHOR_SPEND_REAL_MONEY", "yes");
    let service = start_anchor_service(&house);
    assert!(service.said.contains(costs) && service.said.contains("the wallet is filled at bc1q"), "{}", service.said);
    service.stop();
}

#[test]
fn a_node_of_another_network_is_refused_whatever_the_settings_call_it() {
    let Some(executable) = executable() else { return };
    let mut house = Machine::bare(executable);
    house.set("ANCHOR_NETWORK", "signet").set("ANCHOR_PORT", "0").set("ANCHOR_NODE_URL", &main_node());
    let told = house.refused(&["run", "--mode", "anchor"]);
    assert!(told.contains("ANCHOR_NETWORK is signet, and the chain begins with another block"), "{told}");
}
