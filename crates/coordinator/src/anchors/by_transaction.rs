//! How does a transaction of our own date a checkpoint? The anchor service sends it; what it says is held against what
//! is recorded, and the difference is news.

use super::{AnchorError, record::record, service::AnchorServiceClient};
use crate::Coordinator;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use edgecoder_domain::anchor::{AnchorBlock, AnchorCommand};
use edgecoder_events::Actor;
use edgecoder_projections::anchors::{AnchorEntry, AnchorState, Stage};
use edgecoder_store::Blob;
use edgecoder_wire::anchors::{Carried, CarriedIn};

/// Takes one anchor as far as the service has carried it.
pub async fn carry(
    coordinator: &Coordinator,
    service: &AnchorServiceClient,
    anchor: &AnchorEntry,
) -> Result<(), AnchorError> {
    let checkpoint = anchor.request.checkpoint;
    let carried = match anchor.state.stage {
        Stage::Included | Stage::Confirmed => service.show(&checkpoint).await?,
        Stage::Requested | Stage::Promised | Stage::Attested | Stage::Broadcast | Stage::Orphaned => {
            service.want(&checkpoint).await?
        }
    };
    for News { command, contents } in news(&anchor.state, carried)? {
        record(coordinator, Actor::system("anchors"), checkpoint, command, contents).await?;
    }
    Ok(())
}

/// Something that is not recorded yet.
#[derive(Debug)]
struct News {
    command: AnchorCommand,
    contents: Vec<Blob>,
}

impl From<AnchorCommand> for News {
    fn from(command: AnchorCommand) -> Self {
        Self { command, contents: vec![] }
    }
}

fn news(recorded: &AnchorState, carried: Carried) -> Result<Vec<News>, AnchorError> {
    let mut news = Vec::new();
    let held = match (recorded.stage, recorded.height, recorded.block) {
        (Stage::Included | Stage::Confirmed, Some(height), Some(block)) => Some((height, block)),
        _ => None,
    };
    let holds = carried.block.as_ref().map(|it| it.block);
    if let Some((height, block)) = held
        && holds != Some(block)
    {
        news.push(AnchorCommand::Orphan { height, block }.into());
    }
    if let Some(sent) = carried.transaction {
        news.push(AnchorCommand::Broadcast { transaction: sent.id, fee_sat: sent.fee_sat }.into());
    }
    if let Some(block) = carried.block {
        news.extend(in_block(block)?);
    }
    Ok(news)
}

fn in_block(carried: CarriedIn) -> Result<Vec<News>, AnchorError> {
    let CarriedIn { height, block, confirmed, proof, evidence } = carried;
    let proof = Blob::new(STANDARD.decode(proof).map_err(|_| AnchorError::NoProof)?);
    let evidence = Blob::new(evidence.into_bytes());
    let at = AnchorBlock { height, block, proof: proof.address(), evidence: evidence.address() };
    let included = News { command: AnchorCommand::Include(at), contents: vec![proof, evidence] };
    let confirmed = confirmed.then(|| AnchorCommand::Confirm(at).into());
    Ok([included].into_iter().chain(confirmed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{BitcoinHash, UnixMillis};
    use edgecoder_wire::anchors::CarriedBy;

    const ONE: BitcoinHash = BitcoinHash([1; 32]);
    const OTHER: BitcoinHash = BitcoinHash([2; 32]);

    fn recorded(stage: Stage, block: Option<BitcoinHash>) -> AnchorState {
        let (changed_at, height) = (UnixMillis(0), block.map(|_| 800));
        AnchorState { stage, changed_at, transaction: None, height, block, proof: None, evidence: None }
    }

    fn carried(block: Option<BitcoinHash>, confirmed: bool) -> Carried {
        let transaction = Some(CarriedBy { id: BitcoinHash([7; 32]), fee_sat: 300 });
        let proof = STANDARD.encode("proof");
        let block = block.map(|block| CarriedIn { height: 801, block, confirmed, proof, evidence: "{}".to_owned() });
        Carried { transaction, block }
    }

    fn check(before: AnchorState, after: Carried, expected: &[&str]) {
        let news = news(&before, after).unwrap();
        let names = news.iter().map(|it| match it.command {
            AnchorCommand::Orphan { .. } => "orphan",
            AnchorCommand::Broadcast { .. } => "broadcast",
            AnchorCommand::Include(_) => "include",
            AnchorCommand::Confirm(_) => "confirm",
            AnchorCommand::Request { .. } | AnchorCommand::Promise { .. } | AnchorCommand::Attest { .. } => "other",
        });
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_block_that_went_away_is_orphaned_before_another_holds_the_anchor() {
        check(recorded(Stage::Requested, None), carried(None, false), &["broadcast"]);
        check(recorded(Stage::Broadcast, None), carried(Some(ONE), true), &["broadcast", "include", "confirm"]);
        check(recorded(Stage::Included, Some(ONE)), carried(Some(ONE), false), &["broadcast", "include"]);
        check(recorded(Stage::Included, Some(ONE)), carried(None, false), &["orphan", "broadcast"]);
        check(recorded(Stage::Confirmed, Some(ONE)), carried(Some(OTHER), false), &["orphan", "broadcast", "include"]);
        check(recorded(Stage::Orphaned, Some(ONE)), carried(None, false), &["broadcast"]);
    }
}
