//! From a checkpoint to a proof, and through a change of the best chain.

use super::scene::{POLICY, Scene};
use edgecoder_anchoring::{
    Network,
    calendar::{CalendarSettings, Calendars},
    chain::Chain,
    evidence::{AnchorEvidence, AnchorVerdict, BestChain, Commitment, Trust, judge_evidence, judge_proof},
    headers::HeaderArchive,
    ots::{DetachedTimestamp, Op, Timestamp},
};
use edgecoder_testkit::ScriptedCalendar;
use rand::{SeedableRng, rngs::StdRng};

const CHECKPOINT: &[u8] = b"edgecoder.example/log\n42\nroot=\n\n\xe2\x80\x94 edgecoder.example/log signature\n";

async fn archive_of(scene: &Scene) -> HeaderArchive {
    let path = scene.folder.path().join("headers");
    let mut archive = HeaderArchive::open_or_create(&path, Network::Regtest).unwrap();
    archive.follow(&scene.node).await.unwrap();
    archive
}

fn judge(archive: &mut HeaderArchive, evidence: &AnchorEvidence) -> AnchorVerdict {
    let chain = BestChain { tip_height: archive.tip().height, trust: Trust::HeaderArchive };
    let best = archive.header_at(evidence.height).unwrap();
    judge_evidence(evidence, chain, best.as_ref())
}

#[tokio::test]
async fn btcd_carries_a_checkpoint_into_a_block_and_the_stock_verifier_says_success() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    let commitment = Commitment::to_file(CHECKPOINT);
    assert!(scene.desk.want(commitment, scene.now()).unwrap());
    assert_eq!(scene.tick().await, ["intended", "sent"]);
    assert_eq!(scene.tick().await, [""; 0], "it waits");
    scene.btcd.mine(1).await.unwrap();
    assert_eq!(scene.tick().await, ["included"]);
    let evidence = scene.desk.evidence(commitment, &scene.node).await.unwrap().unwrap();
    let verdict = judge(&mut archive_of(&scene).await, &evidence);
    assert!(verdict.to_string().starts_with("TENTATIVE 1/6 confirmations"), "{verdict}");
    scene.btcd.mine(4).await.unwrap();
    assert_eq!(scene.tick().await, [""; 0]);
    scene.btcd.mine(1).await.unwrap();
    assert_eq!(scene.tick().await, ["confirmed"]);
    let verdict = judge(&mut archive_of(&scene).await, &evidence);
    assert!(matches!(verdict, AnchorVerdict::Confirmed { confirmations: 6, .. }), "{verdict}");
    let proof = evidence.to_ots().unwrap().to_bytes();
    if let Some(said) = scene.stock_verdict(CHECKPOINT, &proof).await {
        assert!(said.contains(&format!("Success! Bitcoin block {} attests", evidence.height)), "{said}");
        let said = scene.stock_verdict(b"another checkpoint", &proof).await.unwrap();
        assert!(!said.contains("Success!"), "{said}");
    }
}

#[tokio::test]
async fn btcd_changing_its_mind_orphans_an_anchor_which_gets_into_another_block() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    let commitment = Commitment::to_file(CHECKPOINT);
    scene.desk.want(commitment, scene.now()).unwrap();
    scene.tick().await;
    let mined = scene.btcd.mine(3).await.unwrap();
    assert_eq!(scene.tick().await, ["included"]);
    let before = scene.desk.evidence(commitment, &scene.node).await.unwrap().unwrap();
    assert_eq!(before.block().to_string(), mined[0]);
    let mut archive = archive_of(&scene).await;
    scene.btcd.invalidate(&mined[0]).await.unwrap();
    scene.btcd.mine(4).await.unwrap();
    let facts = scene.tick().await;
    assert_eq!(facts[0], "orphaned");
    // The node may have put it into its new blocks already; if not, it was sent again, and a block takes it now.
    if !facts.contains(&"included") {
        scene.btcd.mine(1).await.unwrap();
        assert_eq!(scene.tick().await, ["included"]);
    }
    let followed = archive.follow(&scene.node).await.unwrap();
    assert_eq!(followed.replaced_above, Some(before.height - 1));
    let verdict = judge(&mut archive, &before);
    assert!(matches!(verdict, AnchorVerdict::Orphaned { .. }), "{verdict}");
    let after = scene.desk.evidence(commitment, &scene.node).await.unwrap().unwrap();
    assert_ne!(after.block(), before.block());
    assert_eq!(after.anchor.transaction, before.anchor.transaction, "paid once");
    assert!(matches!(judge(&mut archive, &after), AnchorVerdict::Tentative { .. }));
    scene.btcd.mine(6).await.unwrap();
    assert_eq!(scene.tick().await, ["confirmed"]);
}

#[tokio::test]
async fn btcd_taking_back_more_than_six_blocks_takes_back_the_confirmation_and_nothing_is_paid_again() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    let commitment = Commitment::to_file(CHECKPOINT);
    scene.desk.want(commitment, scene.now()).unwrap();
    scene.tick().await;
    let mined = scene.btcd.mine(8).await.unwrap();
    assert_eq!(scene.tick().await, ["included", "confirmed"]);
    scene.btcd.invalidate(&mined[0]).await.unwrap();
    scene.btcd.mine(9).await.unwrap();
    assert_eq!(scene.tick().await[0], "orphaned");
    scene.btcd.mine(6).await.unwrap();
    scene.tick().await;
    assert!(scene.desk.anchors()[0].confirmed, "{:?}", scene.desk.anchors());
    assert_eq!(scene.desk.anchors()[0].attempts.len(), 1, "the same transaction was sent again");
}

/// A calendar that anchors what it promised with a transaction of its own, as the real ones do.
#[tokio::test]
async fn btcd_dates_what_a_calendar_promised() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    let calendar = ScriptedCalendar::start().await.unwrap();
    let servers = vec![calendar.url().parse().unwrap()];
    let calendars = Calendars::new(CalendarSettings { servers, enough: 1, trusted: Vec::new() }).unwrap();
    let mut rng = StdRng::seed_from_u64(2);
    let mut proof = calendars.stamp(Commitment::to_file(CHECKPOINT).0, &mut rng).await.unwrap().proof;
    let [promised] = calendar.open_promises().try_into().unwrap();
    let commitment = Commitment::to_file(&promised);
    scene.desk.want(commitment, scene.now()).unwrap();
    scene.tick().await;
    scene.btcd.mine(6).await.unwrap();
    scene.tick().await;
    let evidence = scene.desk.evidence(commitment, &scene.node).await.unwrap().unwrap();
    let kept = Timestamp::along([Op::Sha256], evidence.to_ots().unwrap().timestamp().clone());
    calendar.keep_promise(&promised, kept.to_bytes());
    assert_eq!(calendars.upgrade(&mut proof, &mut rng).await.unwrap().kept, 1);
    let mut archive = archive_of(&scene).await;
    let chain = BestChain { tip_height: archive.tip().height, trust: Trust::HeaderArchive };
    let verdicts = judge_proof(&proof, chain, |height| archive.header_at(height)).unwrap();
    assert!(matches!(verdicts[..], [AnchorVerdict::Confirmed { .. }]), "{verdicts:?}");
    if let Some(said) = scene.stock_verdict(CHECKPOINT, &proof.to_bytes()).await {
        assert!(said.contains("Success! Bitcoin block"), "{said}");
    }
    assert_eq!(DetachedTimestamp::parse(&proof.to_bytes()).unwrap(), proof);
}

#[tokio::test]
async fn btcd_answers_every_question_that_we_ask() {
    let Some(scene) = Scene::with(POLICY).await else { return };
    let tip = scene.node.tip().await.unwrap();
    assert_eq!(scene.node.hash_at(tip.height).await.unwrap(), Some(tip.hash));
    assert_eq!(scene.node.hash_at(tip.height + 1).await.unwrap(), None);
    assert_eq!(scene.node.header(tip.hash).await.unwrap().block_hash(), tip.hash);
    let block = scene.node.block(tip.hash).await.unwrap();
    assert!(block.check_merkle_root());
    let mined = block.txdata[0].compute_txid();
    assert!(!scene.node.is_waiting(mined).await.unwrap(), "it is in a block");
    assert!(scene.node.fee_rate(6).await.is_ok());
}
