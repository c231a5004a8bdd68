//! The way with a wallet: a transaction of our own, six blocks, other people's tools, and a chain that changes its mind.

use super::{
    anchor_becomes, anchor_in, anchors, audited,
    chain::{Chain, named_by, start_anchor_service},
    judged, log_of, nothing_to_date,
};
use crate::{
    machine::{Machine, Service, executable},
    product::Product,
};
use serde_json::Value;
use std::{
    io::{Read, Write},
    path::PathBuf,
};

/// A product, the service that pays for its anchors, and a node.
struct Scene {
    product: Product,
    house: Machine,
    service: Service,
    chain: Chain,
}

impl Scene {
    fn set() -> Option<Self> {
        let (executable, btcd) = (executable()?, named_by("EDGECODER_TEST_BTCD")?);
        let mut house = Machine::bare(executable.clone());
        let chain = Chain::that_pays(&btcd, &mut house);
        let service = start_anchor_service(&house);
        let mut product = Product::new(executable);
        product.set("ANCHOR_SERVICE_URL", &service.address()).set("ANCHOR_INTERVAL_SECONDS", "1");
        product.set("EDGECODER_SERVICE_TOKEN", &house.read("service.token"));
        product.start();
        Some(Self { product, house, service, chain })
    }

    /// Waits until every anchor so far is sent, and the node has them all.
    fn all_sent(&self) -> Vec<Value> {
        anchor_in(&self.product, &["broadcast"]);
        self.product.wait_for("all anchors to be sent", |product| {
            let anchors = anchors(product);
            let unsent = anchors.iter().filter(|it| it["state"] == "requested").count();
            let waiting = anchors.iter().filter(|it| it["state"] == "broadcast").count();
            (unsent == 0 && self.chain.waiting() == waiting).then_some(anchors)
        })
    }

    /// Keeps a file of an anchor as anybody can have it.
    fn kept(&self, checkpoint: &Value, extension: &str) -> PathBuf {
        let name = format!("{}.{extension}", checkpoint.as_str().unwrap());
        let mut stream = self.product.connect();
        write!(stream, "GET /anchors/{name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let head = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{name}: {}", String::from_utf8_lossy(&answer));
        let path = self.house.path(&name);
        std::fs::write(&path, &answer[head + 4..]).unwrap();
        path
    }
}

#[test]
fn btcd_confirms_a_ledger_at_six_blocks_and_other_peoples_tools_agree() {
    let Some(scene) = Scene::set() else { return };
    let sent = scene.all_sent();
    scene.chain.mine(6);
    let checkpoint = &sent[0]["checkpoint"];
    let confirmed = anchor_becomes(&scene.product, checkpoint, &["confirmed"]);
    assert_eq!(confirmed["way"], "own_transaction", "{confirmed}");

    let node = scene.chain.node();
    let (code, told) = judged(&scene.product, &["--node", &node]);
    assert!(code == 0 && told.contains("CONFIRMED existed no later than block 451 "), "{code}: {told}");
    assert!(told.contains("trust: node RPC") && told.contains("network      regtest\n"), "{told}");
    let (code, told) = audited(&scene.product, &["anchors", "--node", &node]);
    let refused = code == 2 && told.contains("bitcoin was asked for, and the chain is regtest");
    assert!(refused && !told.contains("CONFIRMED"), "play money under the main network's name: {code}: {told}");
    let headers = scene.house.path("headers");
    let headers = headers.to_str().unwrap();
    scene.product.told(&["audit", "headers", headers, "--network", "regtest", "--node", &node]);
    let (code, told) = judged(&scene.product, &["--headers", headers]);
    assert!(code == 0 && told.contains("6 confirmations, trust: header archive"), "{code}: {told}");
    let (code, told) = judged(&scene.product, &[]);
    assert!(code == 3 && told.contains("trust: supplied header only"), "{code}: {told}");

    let log = log_of(&scene.product);
    // What was just recorded is signed within a second.
    scene.product.wait_for("a stranger to see the block", |product| {
        judged(product, &["--node", &node, "--url", &log]).1.contains("CONFIRMED existed").then_some(())
    });
    let (code, told) = judged(&scene.product, &["--node", &node, "--url", &log]);
    assert!(code == 0 && told.contains("CONFIRMED existed no later than block 451 "), "a stranger: {code}: {told}");
    archive_is_dated(&scene, &node, &log);

    nothing_to_date(&scene.product);
    let count = anchors(&scene.product).len();
    // Whatever was still on its way is in these blocks.
    scene.chain.mine(6);
    nothing_to_date(&scene.product);
    assert_eq!((anchors(&scene.product).len(), scene.chain.waiting()), (count, 0), "idling costs nothing");
    let second = scene.house.refused(&["run", "--mode", "anchor"]);
    assert!(second.contains("an anchor service is already running with the data directory"), "{second}");
    if let Some(programs) = named_by("EDGECODER_TEST_OTS") {
        let (file, proof) = (scene.kept(checkpoint, "checkpoint"), scene.kept(checkpoint, "ots"));
        let said = scene.chain.stock_verdict(&programs, &file, &proof);
        assert!(said.contains("Success! Bitcoin block 451 attests existence"), "{said}");
    }
    scene.product.verifies();
}

/// Everything about the first account, whose entries were anchored with the first of the log.
fn archive_is_dated(scene: &Scene, node: &str, log: &str) {
    let file = scene.house.path("evidence.tar");
    let (file, by_node) = (file.to_str().unwrap(), ["--network", "regtest", "--node", node]);
    let export = ["export", "--wallet", "local", "--url", log, "--out", file];
    let (code, told) = audited(&scene.product, &[&export[..], &by_node].concat());
    assert!(code == 0 && told.contains("dated by the anchor of the first "), "{code}: {told}");
    let (code, told) = audited(&scene.product, &[&["verify", file][..], &by_node].concat());
    assert!(code == 0 && told.contains("CONFIRMED existed no later than block 451 "), "{code}: {told}");
}

#[test]
fn btcd_that_changes_its_mind_orphans_an_anchor_which_is_anchored_again_and_paid_once() {
    let Some(mut scene) = Scene::set() else { return };
    let sent = scene.all_sent();
    let checkpoint = sent[0]["checkpoint"].clone();
    // A service that is killed and started again sends nothing else.
    scene.service.kill();
    scene.service = start_anchor_service(&scene.house);
    let mut product = scene.product;
    product.kill();
    product.set("ANCHOR_SERVICE_URL", &scene.service.address());
    product.start();
    scene.product = product;
    let mined = scene.chain.mine(3);
    let before = anchor_becomes(&scene.product, &checkpoint, &["included"]);
    assert_eq!(before["block"], mined[0].as_str(), "{before}");
    let node = scene.chain.node();
    let (code, told) = judged(&scene.product, &["--node", &node]);
    assert!(code == 3 && told.contains("TENTATIVE 3/6 confirmations, block 451 "), "{code}: {told}");
    let copy = scene.product.path("public").to_str().unwrap().to_owned();
    // What was just recorded is signed within a second.
    scene.product.wait_for("the block in a copy", |product| {
        product.told(&["ledger", "export-tiles", &copy]);
        judged(product, &["--node", &node, "--url", &copy]).1.contains("TENTATIVE").then_some(())
    });

    // Nobody writes down that the block goes away, and the auditor sees it all the same.
    scene.product.kill();
    scene.chain.invalidate(&mined[0]);
    let now = scene.chain.mine(4);
    let (code, told) = judged(&scene.product, &["--node", &node]);
    let orphaned = format!("ANCHOR ORPHANED: block {} not in best chain (height 451 now {})", mined[0], now[0]);
    assert!(code == 1 && told.contains(&orphaned), "{code}: {told}");
    let state = scene.house.path("watch");
    let watch = ["watch", &copy, "--state", state.to_str().unwrap(), "--once", "--network", "regtest", "--node", &node];
    let (code, told) = audited(&scene.product, &watch);
    assert!(code == 1 && told.contains("ALERT ANCHOR ORPHANED") && told.contains(&orphaned), "{code}: {told}");
    scene.product.start();
    let after = scene.product.wait_for("another block", |product| {
        if scene.chain.waiting() > 0 {
            scene.chain.mine(1);
        }
        let now = anchor_becomes(product, &checkpoint, &["included", "confirmed"]);
        (now["block"] != before["block"]).then_some(now)
    });
    scene.chain.mine(6);
    anchor_becomes(&scene.product, &checkpoint, &["confirmed"]);
    let told = scene.product.told(&[
        "audit",
        "tail",
        "-n",
        "50",
        "--stream",
        &format!("anchor-{}", checkpoint.as_str().unwrap()),
    ]);
    for step in ["anchor.included", "anchor.orphaned", "anchor.confirmed"] {
        assert!(told.contains(step), "{told}");
    }
    let (code, told) = judged(&scene.product, &["--node", &node]);
    assert!(code == 0 && told.contains("CONFIRMED"), "{code}: {told}\n{after}");
    assert!(told.contains(after["block"].as_str().unwrap()), "{told}");
    scene.product.verifies();
}
