use super::*;
use crate::{
    Network,
    evidence::{AnchorVerdict, BestChain, Trust, judge_alone, judge_evidence, judge_proof},
    ots::{Attestation, DetachedTimestamp, Timestamp},
};
use bitcoin::{
    Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxMerkleNode, TxOut, Witness, absolute::LockTime, block::Version,
    consensus::encode::serialize_hex, hashes::Hash, script::Builder, transaction,
};
use std::convert::Infallible;

const HEIGHT: u32 = 300;
const CHECKPOINT: &[u8] = b"edgecoder.example/log\n7\nroot\n";

fn transaction(input: TxIn, output: Vec<TxOut>) -> Transaction {
    Transaction { version: transaction::Version::TWO, lock_time: LockTime::ZERO, input: vec![input], output }
}

fn paying(script_pubkey: ScriptBuf) -> TxOut {
    TxOut { value: Amount::ZERO, script_pubkey }
}

fn coinbase(height: u32) -> Transaction {
    let script_sig = Builder::new().push_int(height.into()).push_slice([7; 8]).into_script();
    let input = TxIn { script_sig, sequence: Sequence::MAX, previous_output: OutPoint::null(), ..TxIn::default() };
    transaction(input, vec![paying(ScriptBuf::new())])
}

fn spending(mark: u8, output: TxOut) -> Transaction {
    let previous_output = OutPoint::new(Txid::from_byte_array([mark; 32]), 0);
    transaction(TxIn { previous_output, witness: Witness::from_slice(&[[mark; 70]]), ..TxIn::default() }, vec![output])
}

fn commitment() -> Commitment {
    Commitment::to_file(CHECKPOINT)
}

fn anchor() -> Transaction {
    spending(1, paying(ScriptBuf::new_op_return(commitment().data())))
}

/// A block of regtest with real work over these transactions.
fn block(txdata: Vec<Transaction>) -> Block {
    let genesis = Network::Regtest.genesis();
    let header = Header {
        version: Version::TWO,
        prev_blockhash: genesis.block_hash(),
        merkle_root: TxMerkleNode::all_zeros(),
        time: genesis.time + 600,
        bits: genesis.bits,
        nonce: 0,
    };
    let mut block = Block { header, txdata };
    block.header.merkle_root = block.compute_merkle_root().unwrap();
    while !block.header.target().is_met_by(block.block_hash()) {
        block.header.nonce += 1;
    }
    block
}

fn evidence() -> AnchorEvidence {
    let others = (2..7).map(|mark| spending(mark, paying(ScriptBuf::new())));
    let mut txdata: Vec<_> = std::iter::once(coinbase(HEIGHT)).chain(others).collect();
    txdata.insert(3, anchor());
    AnchorEvidence::of_block(commitment(), anchor().compute_txid(), HEIGHT, &block(txdata)).unwrap()
}

fn chain(tip_height: u32) -> BestChain {
    BestChain { tip_height, trust: Trust::HeaderArchive }
}

#[test]
fn evidence_taken_from_a_block_holds() {
    assert_eq!(evidence().check(), Ok(()));
    assert_eq!(ScriptBuf::new_op_return(evidence().commitment.data()).len(), 37, "OP_RETURN, a length, 35 bytes");
}

#[test]
fn each_tampered_part_is_refused() {
    let spoiled = |spoil: fn(&mut AnchorEvidence)| {
        let mut evidence = evidence();
        spoil(&mut evidence);
        evidence.check().unwrap_err()
    };
    assert!(matches!(spoiled(|e| e.commitment.0[0] ^= 1), EvidenceError::NoCommitment(_)));
    let other_root = EvidenceError::OtherRoot { height: HEIGHT };
    assert_eq!(spoiled(|e| e.anchor.path.siblings[1] = TxMerkleNode::all_zeros()), other_root);
    assert_eq!(spoiled(|e| e.anchor.path.position ^= 1), other_root);
    assert_eq!(spoiled(|e| e.header.merkle_root = TxMerkleNode::all_zeros()), other_root);
    assert_eq!(spoiled(|e| e.anchor.transaction.output[0].value = Amount::ONE_SAT), other_root);
    assert_eq!(spoiled(|e| e.height += 1), EvidenceError::OtherHeight { height: 301, coinbase: 300 });
    assert_eq!(spoiled(|e| e.coinbase = e.anchor.clone()), EvidenceError::NoCoinbase);
}

#[test]
fn a_header_without_its_work_is_refused() {
    let mut evidence = evidence();
    while evidence.header.target().is_met_by(evidence.block()) {
        evidence.header.nonce += 1;
    }
    assert_eq!(evidence.check(), Err(EvidenceError::NoWork { height: HEIGHT }));
}

/// The trick of CVE-2017-12842: a pair of hashes is given as a transaction, one level above the leaves.
#[test]
fn a_pair_of_hashes_is_no_transaction() {
    let mut evidence = evidence();
    evidence.anchor.path.siblings.remove(0);
    evidence.anchor.path.position /= 2;
    evidence.anchor.transaction = without_witnesses(&spending(9, paying(ScriptBuf::from_bytes(vec![0; 4]))));
    assert_eq!(evidence.check(), Err(EvidenceError::Ambiguous("transaction")));
}

/// The other way round: a real transaction poses as an inner node, so that a path goes deeper than the tree.
#[test]
fn a_path_deeper_than_the_coinbase_is_refused() {
    let pair = TxMerkleNode::from_byte_array([9; 32]);
    let hidden = MerklePath { position: 0, siblings: vec![pair] };
    let posing = hidden.root_from(anchor().compute_txid()).unwrap();
    let mut block = block(vec![coinbase(HEIGHT)]);
    let coinbase_path = MerklePath { position: 0, siblings: vec![posing] };
    let coinbase_id = block.txdata[0].compute_txid();
    block.header.merkle_root = coinbase_path.root_from(coinbase_id).unwrap();
    let deep = MerklePath { position: 2, siblings: vec![pair, coinbase_id.into()] };
    let evidence = AnchorEvidence {
        commitment: commitment(),
        height: HEIGHT,
        header: block.header,
        anchor: InBlock { transaction: without_witnesses(&anchor()), path: deep },
        coinbase: InBlock { transaction: block.txdata[0].clone(), path: coinbase_path },
    };
    assert_eq!(evidence.check(), Err(EvidenceError::OtherDepth { transaction: 2, coinbase: 1 }));
}

#[test]
fn confirmations_decide_between_tentative_and_confirmed() {
    let evidence = evidence();
    let verdict = |tip: u32| judge_evidence(&evidence, chain(tip), Some(&evidence.header));
    assert!(verdict(HEIGHT + 1).to_string().starts_with("TENTATIVE 2/6 confirmations"));
    assert!(matches!(verdict(HEIGHT + 4), AnchorVerdict::Tentative { confirmations: 5, .. }));
    assert!(matches!(verdict(HEIGHT + 5), AnchorVerdict::Confirmed { confirmations: 6, .. }));
    assert!(verdict(HEIGHT + 5).to_string().ends_with("trust: header archive"));
    assert!(matches!(judge_evidence(&evidence, chain(10), None), AnchorVerdict::Ahead { height: 300, tip_height: 10 }));
}

#[test]
fn a_block_outside_the_best_chain_is_orphaned() {
    let evidence = evidence();
    let now = Network::Regtest.genesis();
    let verdict = judge_evidence(&evidence, chain(400), Some(&now));
    let expected =
        format!("ANCHOR ORPHANED: block {} not in best chain (height 300 now {})", evidence.block(), now.block_hash());
    assert_eq!(verdict.to_string(), expected);
    assert!(verdict.is_fault());
}

#[test]
fn an_exported_proof_verifies_like_any_other() {
    let evidence = evidence();
    let proof = DetachedTimestamp::parse(&evidence.to_ots().unwrap().to_bytes()).unwrap();
    assert!(proof.speaks_of(CHECKPOINT));
    let header_at = |height: u32| Ok::<_, Infallible>((height == HEIGHT).then_some(evidence.header));
    let verdicts = judge_proof(&proof, chain(HEIGHT + 9), header_at).unwrap();
    assert!(matches!(verdicts[..], [AnchorVerdict::Confirmed { height: HEIGHT, confirmations: 10, .. }]));
    let other = |_| Ok::<_, Infallible>(Some(Network::Regtest.genesis()));
    let verdicts = judge_proof(&proof, chain(HEIGHT), other).unwrap();
    assert_eq!(verdicts[0].to_string(), "ANCHOR INVALID: merkle root != header(300)");
}

#[test]
fn what_does_not_lead_to_a_known_block_is_named_for_what_it_is() {
    let mut tree = Timestamp::of(Attestation::Pending("https://calendar.example".parse().unwrap()));
    tree.merge(Timestamp::of(Attestation::Bitcoin { height: 301 }));
    tree.merge(Timestamp::of(Attestation::Unknown { tag: [6; 8], payload: Vec::new() }));
    let proof = DetachedTimestamp::of_sha256(commitment().0, tree).unwrap();
    let verdicts = judge_proof(&proof, chain(HEIGHT), |_| Ok::<_, Infallible>(None)).unwrap();
    let said: Vec<_> = verdicts.iter().map(ToString::to_string).collect();
    let expected = [
        "UNKNOWN BLOCK 301: the headers end at 300; bring newer ones",
        "UNKNOWN ATTESTATION 0606060606060606",
        "PENDING at calendar https://calendar.example",
    ];
    assert_eq!(said, expected);
    assert!(!verdicts.iter().any(AnchorVerdict::is_fault));
}

#[test]
fn evidence_is_kept_as_json_that_a_stranger_can_read() {
    let json = serde_json::to_value(evidence()).unwrap();
    assert_eq!(json["commitment"], commitment().to_string());
    assert_eq!(json["header"].as_str().map(str::len), Some(160));
    assert_eq!(json["anchor"]["transaction"], serialize_hex(&without_witnesses(&anchor())));
    assert_eq!(json["anchor"]["path"]["position"], 3);
    assert_eq!(serde_json::from_value::<AnchorEvidence>(json.clone()).unwrap(), evidence());
    let mut more = json;
    more["note"] = "unknown".into();
    assert!(serde_json::from_value::<AnchorEvidence>(more).is_err());
}

#[test]
fn a_header_that_was_only_supplied_confirms_nothing() {
    let evidence = evidence();
    let verdict = judge_alone(&evidence, Network::Regtest);
    let expected = format!("TENTATIVE 1/6 confirmations, block 300 {}, trust: supplied header only", evidence.block());
    assert_eq!(verdict.to_string(), expected);
}

#[test]
fn a_supplied_header_that_is_easier_than_its_network_allows_is_a_lie() {
    for network in [Network::Bitcoin, Network::Testnet, Network::Signet] {
        let expected = AnchorVerdict::Invalid(EvidenceError::TooEasy { height: HEIGHT, network });
        assert_eq!(judge_alone(&evidence(), network), expected);
        assert!(expected.is_fault());
    }
}

/// Headers of too little work: they neither confirm, however many they are, nor accuse anybody.
#[test]
fn headers_that_show_too_little_work_confirm_nothing_and_accuse_nobody() {
    let evidence = evidence();
    let poor = BestChain { tip_height: HEIGHT + 90, trust: Trust::SuppliedHeader };
    let same = judge_evidence(&evidence, poor, Some(&evidence.header));
    assert!(matches!(same, AnchorVerdict::Tentative { confirmations: 91, .. }), "{same}");
    assert!(same.to_string().starts_with("TENTATIVE 6/6 confirmations, block 300 "), "{same}");
    let other = Network::Regtest.genesis();
    let unsettled = AnchorVerdict::Unsettled { height: HEIGHT };
    assert_eq!(judge_evidence(&evidence, poor, Some(&other)), unsettled);
    let proof = evidence.to_ots().unwrap();
    let judged = |header| judge_proof(&proof, poor, |_| Ok::<_, Infallible>(Some(header))).unwrap();
    assert!(matches!(judged(evidence.header)[..], [AnchorVerdict::Tentative { confirmations: 91, .. }]));
    assert_eq!(judged(other), [unsettled]);
    assert!(!judged(other).iter().any(AnchorVerdict::is_fault));
    assert!(judged(other)[0].to_string().starts_with("UNKNOWN BLOCK 300: the headers have another one there"));
}
