use super::*;
use edgecoder_events::{CheckpointDigest, credit::AccountOpened};

const CHECKPOINT: CheckpointDigest = CheckpointDigest([1; 32]);
const PROOF: BlobRef = BlobRef([2; 32]);
const BLOCK: AnchorBlock = block(3);

const fn block(name: u8) -> AnchorBlock {
    AnchorBlock { height: 800, block: BitcoinHash([name; 32]), proof: PROOF, evidence: BlobRef([4; 32]) }
}

fn request(way: AnchorWay) -> AnchorCommand {
    AnchorCommand::Request { size: Position(9), way, note: BlobRef([5; 32]) }
}

fn promise() -> AnchorCommand {
    AnchorCommand::Promise { proof: PROOF, calendars: vec!["calendar.example".into()] }
}

fn broadcast(name: u8) -> AnchorCommand {
    AnchorCommand::Broadcast { transaction: BitcoinHash([name; 32]), fee_sat: 300 }
}

fn orphan() -> AnchorCommand {
    AnchorCommand::Orphan { height: BLOCK.height, block: BLOCK.block }
}

/// What comes of the last command, after the ones before it: the kind recorded, nothing, or the refusal.
fn check(commands: &[AnchorCommand], expected: &Result<Option<&'static str>, AnchorRefusal>) {
    let mut anchor = Anchor::default();
    let mut last = Ok(None);
    for command in commands {
        let decided = decide(&anchor, CHECKPOINT, command.clone());
        if let Ok(Some(event)) = &decided {
            anchor.evolve(event);
        }
        last = decided.map(|event| event.map(|event| event.kind()));
    }
    assert_eq!(&last, expected, "{commands:?}");
}

#[test]
fn what_was_recorded_is_recorded_no_second_time() {
    let (calendars, own) = (request(AnchorWay::OpenTimestamps), request(AnchorWay::OwnTransaction));
    let attest = AnchorCommand::Attest { height: 800, proof: PROOF };
    let (include, confirm) = (AnchorCommand::Include(BLOCK), AnchorCommand::Confirm(BLOCK));
    for way in [
        vec![(calendars, "anchor.requested"), (promise(), "anchor.promised"), (attest, "anchor.attested")],
        vec![
            (own, "anchor.requested"),
            (broadcast(7), "anchor.broadcast"),
            (include, "anchor.included"),
            (confirm, "anchor.confirmed"),
            (orphan(), "anchor.orphaned"),
        ],
    ] {
        let commands: Vec<_> = way.iter().map(|(command, _)| command.clone()).collect();
        for (index, (command, kind)) in way.into_iter().enumerate() {
            check(&commands[..=index], &Ok(Some(kind)));
            check(&[&commands[..=index], &[command]].concat(), &Ok(None));
        }
    }
}

#[test]
fn an_anchor_keeps_its_way() {
    let own = request(AnchorWay::OwnTransaction);
    check(&[own.clone(), request(AnchorWay::OpenTimestamps)], &Err(AnchorRefusal::OtherWay));
    check(&[own, promise()], &Err(AnchorRefusal::OtherWay));
    check(&[request(AnchorWay::OpenTimestamps), broadcast(1)], &Err(AnchorRefusal::OtherWay));
    check(&[broadcast(1)], &Err(AnchorRefusal::NotRequested));
}

#[test]
fn a_block_confirms_only_what_it_holds_and_another_waits_until_it_is_orphaned() {
    let held = [request(AnchorWay::OwnTransaction), broadcast(7), AnchorCommand::Include(BLOCK)];
    let then = |more: &[AnchorCommand]| [&held, more].concat();
    check(&then(&[AnchorCommand::Confirm(block(8))]), &Err(AnchorRefusal::NotInThisBlock));
    check(&then(&[AnchorCommand::Include(block(8))]), &Err(AnchorRefusal::InAnotherBlock));
    check(&then(&[orphan(), AnchorCommand::Include(block(8))]), &Ok(Some("anchor.included")));
    check(&then(&[orphan(), broadcast(7)]), &Ok(Some("anchor.broadcast")));
    check(&held[..2], &Ok(Some("anchor.broadcast")));
    check(&[&held[..2], &[broadcast(9)]].concat(), &Ok(Some("anchor.broadcast")));
    check(&[&held[..1], &[orphan()]].concat(), &Err(AnchorRefusal::NotInThisBlock));
}

#[test]
fn an_anchors_own_events_are_not_worth_dating() {
    let requested = decide(&Anchor::default(), CHECKPOINT, request(AnchorWay::OwnTransaction)).unwrap().unwrap();
    assert!(!is_worth_dating(&requested));
    let account = edgecoder_events::AccountId::new("ann").unwrap();
    assert!(is_worth_dating(&AccountOpened { account }.into()));
}
