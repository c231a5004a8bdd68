//! Does the anchor that docs/LEDGER.md writes out hold, step by step, for who reads nothing but the page?
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

use bitcoin::hashes::Hash;
use edgecoder_anchoring::{
    Network,
    evidence::{AnchorEvidence, Commitment, judge_alone},
    ots::DetachedTimestamp,
};

const DOCUMENT: &str = include_str!("../../../docs/LEDGER.md");

/// The page's part on one anchor.
fn part() -> &'static str {
    DOCUMENT.split_once("\n### An anchor\n").unwrap().1
}

/// What stands in the block of this kind that comes after some words.
fn block_after(words: &str, fence: &str) -> &'static str {
    let (_, after) = part().split_once(words).unwrap();
    let (_, block) = after.split_once(&format!("\n```{fence}\n")).unwrap();
    block.split_once("\n```").unwrap().0
}

fn step(name: &str) -> &'static str {
    let steps = block_after("takes these steps", "");
    steps.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim()
}

/// The signed note of the example above it.
fn note() -> &'static str {
    let (_, after) = DOCUMENT.split_once("\nvkey ").unwrap();
    let (_, note) = after.split_once("\n\n").unwrap();
    note.split_once("\n```").unwrap().0.trim_end_matches('\n')
}

fn evidence() -> AnchorEvidence {
    serde_json::from_str(block_after("The evidence", "json")).unwrap()
}

#[test]
fn each_step_from_the_note_to_the_block_is_the_one_that_is_written_there() {
    let commitment = Commitment::to_file(format!("{}\n", note()).as_bytes());
    assert_eq!(commitment.to_string(), step("commitment"));
    let evidence = evidence();
    let output = &evidence.anchor.transaction.output[0];
    assert_eq!(output.script_pubkey.to_hex_string(), step("output"));
    assert_eq!(step("output"), format!("6a23454301{commitment}"));
    assert_eq!(hex::encode(evidence.anchor.transaction.compute_txid().to_byte_array()), step("transaction"));
    assert_eq!(hex::encode(evidence.coinbase.transaction.compute_txid().to_byte_array()), step("coinbase"));
    assert_eq!(hex::encode(evidence.header.merkle_root.to_byte_array()), step("root"));
    assert_eq!(&step("header")[72..136], step("root"), "bytes 36 to 67");
    assert_eq!(bitcoin::consensus::encode::serialize_hex(&evidence.header), step("header"));
    assert_eq!(evidence.block().to_string(), step("block"));
}

#[test]
fn the_evidence_of_the_page_holds_and_its_proof_says_the_same() {
    let evidence = evidence();
    assert_eq!(evidence.check(), Ok(()));
    let verdict = judge_alone(&evidence, Network::Regtest).to_string();
    assert!(verdict.starts_with("TENTATIVE 1/6 confirmations, block 300 "), "{verdict}");
    let lines = block_after("The proof of the same", "").lines();
    let bytes: String = lines.map(|line| line.split_once(" # ").unwrap().0).collect();
    let proof = DetachedTimestamp::parse(&hex::decode(&bytes).unwrap()).unwrap();
    assert!(proof.speaks_of(format!("{}\n", note()).as_bytes()) && proof.leads_to(&evidence.header));
    assert_eq!(hex::encode(evidence.to_ots().unwrap().to_bytes()), bytes);
}
