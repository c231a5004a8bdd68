//! Never twice, never more than allowed, and more where it is needed.

use super::{
    scene::{POLICY, Scene, open_desk},
    trouble::{Mood, Moody},
};
use edgecoder_anchoring::{
    Network,
    anchor::{AnchorDesk, AnchorError, AnchorPolicy, AttemptKind, JournalError},
    chain::{Chain, SatPerVbyte},
    evidence::Commitment,
    headers::KnownBlock,
};
use rand::{SeedableRng, rngs::StdRng};

const COMMITMENT: Commitment = Commitment([9; 32]);

fn moody(scene: &Scene, rate: u64, mood: Mood) -> Moody {
    Moody { node: scene.node.clone(), rate: SatPerVbyte(rate), mood }
}

/// The transactions of the whole chain that carry the commitment.
async fn times_paid(scene: &Scene) -> usize {
    let mut found = 0;
    for height in 1..=scene.node.tip().await.unwrap().height {
        let hash = scene.node.hash_at(height).await.unwrap().unwrap();
        let block = scene.node.block(hash).await.unwrap();
        let outputs = block.txdata.iter().flat_map(|transaction| &transaction.output);
        found += outputs.filter(|output| output.script_pubkey.as_bytes().ends_with(&COMMITMENT.0)).count();
    }
    found
}

#[tokio::test]
async fn btcd_is_paid_once_however_often_we_start() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    let broken = moody(&scene, 5, Mood::BreaksOff);
    let (report, facts) = scene.tick_through(&broken).await;
    assert_eq!((facts, report.problems.len()), (vec!["intended"], 1), "the crash comes after the intent");
    let birthday = KnownBlock { height: 0, hash: Network::Regtest.genesis_hash() };
    let second =
        AnchorDesk::open(scene.folder.path(), Network::Regtest, POLICY, birthday, &mut StdRng::seed_from_u64(3));
    assert!(matches!(second, Err(AnchorError::Journal(JournalError::InUse(_)))));
    let intended = scene.desk.anchors()[0].attempts[0].txid;
    let elsewhere = tempfile::tempdir().unwrap();
    drop(std::mem::replace(&mut scene.desk, open_desk(elsewhere.path(), POLICY)));
    scene.desk = open_desk(scene.folder.path(), POLICY);
    assert!(!scene.desk.want(COMMITMENT, scene.now()).unwrap(), "it is wanted already");
    assert_eq!(scene.tick().await, ["sent"]);
    scene.btcd.mine(6).await.unwrap();
    assert_eq!(scene.tick().await, ["included", "confirmed"]);
    assert_eq!(scene.desk.anchors()[0].included.unwrap().0, intended);
    assert!(!scene.desk.want(COMMITMENT, scene.now()).unwrap());
    assert_eq!(scene.tick().await, [""; 0]);
    scene.btcd.mine(1).await.unwrap();
    assert_eq!(times_paid(&scene).await, 1);
}

#[tokio::test]
async fn btcd_takes_a_higher_fee_in_the_place_of_a_lower() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    let (cheap, dear) = (moody(&scene, 2, Mood::Takes), moody(&scene, 30, Mood::Takes));
    scene.tick_through(&cheap).await;
    assert_eq!(scene.tick_through(&dear).await.1, [""; 0], "patience has not ended");
    scene.lose_patience();
    assert_eq!(scene.tick_through(&dear).await.1, ["intended", "sent"]);
    scene.btcd.mine(1).await.unwrap();
    assert_eq!(scene.tick_through(&dear).await.1, ["included"]);
    let anchor = &scene.desk.anchors()[0];
    let [first, raised] = anchor.attempts.as_slice() else { panic!("{:?}", anchor.attempts) };
    assert_eq!(raised.kind, AttemptKind::Replacement);
    assert!(raised.fee_sat > first.fee_sat * 10 && anchor.included.unwrap().0 == raised.txid);
    assert_eq!(times_paid(&scene).await, 1);
}

#[tokio::test]
async fn btcd_takes_a_child_where_a_replacement_is_refused() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    let (cheap, dear) = (moody(&scene, 2, Mood::Takes), moody(&scene, 30, Mood::Takes));
    scene.tick_through(&cheap).await;
    scene.lose_patience();
    let refusing = moody(&scene, 30, Mood::Refuses);
    assert_eq!(scene.tick_through(&refusing).await.1, ["intended", "given up"]);
    scene.lose_patience();
    let (report, facts) = scene.tick_through(&dear).await;
    assert_eq!(facts, ["intended", "sent"], "{report:?}");
    scene.btcd.mine(1).await.unwrap();
    assert_eq!(scene.tick_through(&dear).await.1, ["included"]);
    let anchor = &scene.desk.anchors()[0];
    let kinds: Vec<_> = anchor.attempts.iter().map(|attempt| attempt.kind).collect();
    assert_eq!(kinds, [AttemptKind::First, AttemptKind::Replacement, AttemptKind::Child]);
    assert_eq!(anchor.included.unwrap().0, anchor.attempts[0].txid);
    assert_eq!(times_paid(&scene).await, 1);
}

#[tokio::test]
async fn btcd_gets_nothing_beyond_the_days_cap() {
    let Some(mut scene) = Scene::with(AnchorPolicy { daily_cap_sat: 400, ..POLICY }).await else { return };
    let other = Commitment([8; 32]);
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    scene.desk.want(other, scene.now()).unwrap();
    let cheap = moody(&scene, 2, Mood::Takes);
    let (report, facts) = scene.tick_through(&cheap).await;
    assert_eq!(facts, ["intended", "sent"]);
    assert_eq!((report.waiting_for_tomorrow, report.problems.len()), (1, 0), "{report:?}");
    assert!(scene.desk.anchors()[1].attempts.is_empty());
}

#[tokio::test]
async fn btcd_gets_no_child_that_the_cap_does_not_allow() {
    // The first costs about 310, the replacement 160 more, and the child 480.
    let Some(mut scene) = Scene::with(AnchorPolicy { daily_cap_sat: 800, ..POLICY }).await else { return };
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    scene.tick_through(&moody(&scene, 2, Mood::Takes)).await;
    scene.lose_patience();
    let refusing = moody(&scene, 3, Mood::Refuses);
    assert_eq!(scene.tick_through(&refusing).await.1, ["intended", "given up"]);
    scene.lose_patience();
    for _ in 0..2 {
        let (report, facts) = scene.tick_through(&moody(&scene, 3, Mood::Takes)).await;
        assert_eq!(facts, [""; 0]);
        assert!(matches!(report.problems[..], [(COMMITMENT, AnchorError::OverCap { .. })]), "{report:?}");
    }
    assert_eq!(scene.desk.anchors()[0].attempts.len(), 2);
}

#[tokio::test]
async fn btcd_at_a_mad_fee_is_paid_what_the_operator_allows_and_no_more() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    let others: Vec<_> = (1..=12).map(|name| Commitment([name; 32])).collect();
    for commitment in &others {
        scene.desk.want(*commitment, scene.now()).unwrap();
    }
    let mad = moody(&scene, 1_000_000, Mood::Takes);
    scene.tick_through(&mad).await;
    let fees: Vec<_> = scene.desk.anchors().iter().flat_map(|it| &it.attempts).map(|it| it.fee_sat).collect();
    assert!(fees.iter().all(|fee| *fee < 101 * 160), "100 satoshi for a virtual byte at most: {fees:?}");
    assert!(fees.iter().sum::<u64>() <= POLICY.daily_cap_sat && fees.len() == 6, "{fees:?}");
}

#[tokio::test]
async fn btcd_refusing_what_a_block_holds_that_we_have_not_read_makes_us_give_nothing_up() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    assert_eq!(scene.tick().await, ["intended", "sent"]);
    let read = scene.node.tip().await.unwrap().height;
    scene.btcd.mine(1).await.unwrap();
    let behind = moody(&scene, 3, Mood::TellsOfNoBlockAfter(read));
    assert_eq!(scene.tick_through(&behind).await.1, [""; 0]);
    assert_eq!(scene.tick().await, ["included"]);
    let anchor = &scene.desk.anchors()[0];
    assert_eq!(anchor.transaction().map(|it| it.given_up), Some(false), "{anchor:?}");
}

#[tokio::test]
async fn btcd_refusing_everything_does_not_make_us_pay_twice() {
    let Some(mut scene) = Scene::with(POLICY).await else { return };
    scene.desk.want(COMMITMENT, scene.now()).unwrap();
    let (refusing, taking) = (moody(&scene, 3, Mood::Refuses), moody(&scene, 4, Mood::Takes));
    assert_eq!(scene.tick_through(&refusing).await.1, ["intended", "given up"]);
    assert_eq!(scene.tick_through(&taking).await.1, [""; 0], "patience has not ended");
    scene.lose_patience();
    assert_eq!(scene.tick_through(&taking).await.1, ["intended", "sent"]);
    let inputs = |index: usize| {
        let attempt = &scene.desk.anchors()[0].attempts[index];
        let transaction: bitcoin::Transaction = bitcoin::consensus::encode::deserialize_hex(&attempt.raw).unwrap();
        transaction.input.into_iter().map(|input| input.previous_output).collect::<Vec<_>>()
    };
    assert!(inputs(1).contains(&inputs(0)[0]), "both can never be in a block");
    scene.btcd.mine(1).await.unwrap();
    scene.tick_through(&taking).await;
    assert_eq!(times_paid(&scene).await, 1);
}
