//! The default way: calendars promise, and keep their promise hours later.

use super::{anchor_becomes, anchor_in, get, judged, log_of};
use crate::{machine::executable, product::Product};
use edgecoder_testkit::ScriptedCalendar;
use tokio::runtime::Runtime;

/// The attestation of a block at height 800.
const KEPT: [u8; 12] = [0x00, 0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01, 0x02, 0xa0, 0x06];

#[test]
fn calendars_date_a_ledger_and_a_crash_forgets_no_promise() {
    let Some(executable) = executable() else { return };
    let runtime = Runtime::new().unwrap();
    let calendar = runtime.block_on(ScriptedCalendar::start()).unwrap();
    let mut product = Product::new(executable);
    product.set("ANCHOR_CALENDARS", &calendar.url()).set("ANCHOR_INTERVAL_SECONDS", "1");
    product.start();
    let promised = anchor_in(&product, &["promised"]);
    let (code, told) = judged(&product, &[]);
    let pending = format!("PENDING at calendar {} since 20", calendar.url());
    assert!(code == 3 && told.contains(&pending), "{code}: {told}");
    product.kill();
    product.start();
    for promise in calendar.open_promises() {
        calendar.keep_promise(&promise, KEPT.to_vec());
    }
    let attested = anchor_becomes(&product, &promised["checkpoint"], &["attested"]);
    assert_eq!(attested["height"], 800, "{attested}");
    let name = attested["checkpoint"].as_str().unwrap();
    let (status, note) = get(&product, &format!("/anchors/{name}.checkpoint"));
    assert!(status == 200 && note.contains(&format!("\n{}\n", attested["size"])), "{status}: {note}");
    let (code, told) = judged(&product, &[]);
    assert!(code == 3 && told.contains("UNKNOWN BLOCK 800"), "nobody gave the auditor a header: {told}");
    let log = log_of(&product);
    // What was just recorded is signed within a second.
    product.wait_for("a stranger to see the block", |product| {
        judged(product, &["--url", &log]).1.contains("UNKNOWN BLOCK 800").then_some(())
    });
    let (code, told) = judged(&product, &["--url", &log]);
    assert!(code == 3 && told.contains("UNKNOWN BLOCK 800"), "a stranger sees as much: {code}: {told}");
    let copy = product.path("public").to_str().unwrap().to_owned();
    // A copy ends with the newest signed entry; a server hands out a proof as it grows, perhaps before its entry is signed.
    let (code, told) = product.wait_for("a copy that knows of the block", |product| {
        product.told(&["ledger", "export-tiles", &copy]);
        let (code, told) = judged(product, &["--url", &copy]);
        told.contains("UNKNOWN BLOCK 800").then_some((code, told))
    });
    assert_eq!(code, 3, "{told}");
    product.verifies();
}
