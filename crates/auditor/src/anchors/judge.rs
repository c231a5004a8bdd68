//! Does the whole way hold, from the block to the entries?

use super::{
    Outcome,
    headers::{HeaderSource, HeadersError},
    times,
    walk::{Newest, Prefix, Said},
};
use crate::Contents;
use edgecoder_anchoring::{
    Header,
    evidence::{AnchorEvidence, BestChain, Commitment, Trust, judge_alone, judge_evidence, judge_proof},
    ots::{Attestation, DetachedTimestamp},
};
use edgecoder_events::{BitcoinHash, CheckpointDigest};
use edgecoder_ledger::{checkpoint::Checkpoint, note::Note};
use std::{collections::HashMap, convert::Infallible};

/// What is here to compare an anchor with.
#[derive(Debug)]
pub struct Here<'a> {
    /// The first entries, by their number.
    pub prefixes: &'a HashMap<u64, Prefix>,
    pub contents: &'a Contents,
}

/// What is to be said of one anchor.
pub async fn judge(headers: &mut HeaderSource, anchor: &Said, here: &Here<'_>) -> Result<Outcome, HeadersError> {
    let checkpoint = &anchor.checkpoint;
    let Some(note) = here.contents.get(&anchor.note) else {
        return Ok(Outcome::Missing("the checkpoint's file"));
    };
    let prefix = match holds_this_ledger(note, checkpoint, anchor, here.prefixes) {
        Ok(prefix) => prefix,
        Err(mismatch) => return Ok(Outcome::Mismatch(mismatch)),
    };
    let outcome = match anchor.newest {
        Newest::OnItsWay => Ok(Outcome::Waiting),
        Newest::Orphaned { height, block } => Ok(Outcome::KnownOrphaned { height, block }),
        Newest::Promised { proof } => match here.contents.get(&proof) {
            Some(bytes) => of_proof(headers, bytes, note, None).await,
            None => Ok(Outcome::Missing("its proof")),
        },
        Newest::Attested { proof, height } => match here.contents.get(&proof) {
            Some(bytes) => of_proof(headers, bytes, note, Some(height)).await,
            None => Ok(Outcome::Missing("its proof")),
        },
        Newest::InBlock { evidence, height, block, .. } => match here.contents.get(&evidence) {
            Some(bytes) => of_evidence(headers, bytes, checkpoint, Some((height, block))).await,
            None => Ok(Outcome::Missing("its evidence")),
        },
    };
    Ok(times::compared(outcome?, anchor, prefix))
}

/// Whether the file is the one that is anchored, and commits to the entries that are here.
fn holds_this_ledger(
    note: &[u8],
    name: &CheckpointDigest,
    anchor: &Said,
    prefixes: &HashMap<u64, Prefix>,
) -> Result<Prefix, String> {
    if Commitment::to_file(note).0 != name.0 {
        return Err("the checkpoint's file that is kept is another one".to_owned());
    }
    let read = Note::parse(note).ok().and_then(|note| note.text().parse::<Checkpoint>().ok());
    let Some(checkpoint) = read else { return Err("what is anchored is no checkpoint".to_owned()) };
    if checkpoint.size != anchor.size {
        return Err(format!("size anchored={} size said={}", checkpoint.size, anchor.size));
    }
    match prefixes.get(&checkpoint.size) {
        Some(here) if here.root == checkpoint.root => Ok(*here),
        Some(here) => Err(format!(
            "size={} root anchored={} computed={}",
            checkpoint.size,
            hex::encode(checkpoint.root),
            hex::encode(here.root)
        )),
        None => Err(format!("size={} is more than the entries that are here", checkpoint.size)),
    }
}

/// What the evidence of our own transaction is worth.
pub async fn of_evidence(
    headers: &mut HeaderSource,
    bytes: &[u8],
    checkpoint: &CheckpointDigest,
    said: Option<(u32, BitcoinHash)>,
) -> Result<Outcome, HeadersError> {
    let Ok(evidence) = serde_json::from_slice::<AnchorEvidence>(bytes) else {
        return Ok(Outcome::Mismatch("its evidence cannot be read".to_owned()));
    };
    if evidence.commitment.0 != checkpoint.0 {
        return Ok(Outcome::Mismatch("its evidence is of another checkpoint".to_owned()));
    }
    let held = evidence.block().to_string();
    if let Some((height, block)) = said
        && (evidence.height, &held) != (height, &block.to_string())
    {
        let held = format!("block height={} {held} said={height} {block}", evidence.height);
        return Ok(Outcome::Mismatch(held));
    }
    let verdict = if let Some(chain) = headers.best_chain().await? {
        judge_evidence(&evidence, chain, headers.header_at(evidence.height).await?.as_ref())
    } else {
        judge_alone(&evidence, headers.meant())
    };
    Ok(Outcome::Judged(vec![verdict]))
}

/// What an `.ots` file is worth, as one of this checkpoint's file that is said to lead to a block.
pub async fn of_proof(
    headers: &mut HeaderSource,
    bytes: &[u8],
    note: &[u8],
    said: Option<u32>,
) -> Result<Outcome, HeadersError> {
    let Ok(proof) = DetachedTimestamp::parse(bytes) else {
        return Ok(Outcome::Mismatch("its proof cannot be read".to_owned()));
    };
    if !proof.speaks_of(note) {
        return Ok(Outcome::Mismatch("its proof is of another file".to_owned()));
    }
    if let Some(said) = said
        && !heights(&proof).any(|height| height == said)
    {
        return Ok(Outcome::Mismatch(format!("its proof does not lead to block said={said}")));
    }
    let chain = headers.best_chain().await?.unwrap_or(BestChain { tip_height: 0, trust: Trust::SuppliedHeader });
    let mut known: HashMap<u32, Header> = HashMap::new();
    for height in heights(&proof).filter(|height| *height <= chain.tip_height) {
        known.extend(headers.header_at(height).await?.map(|header| (height, header)));
    }
    let header_at = |height| Ok::<_, Infallible>(known.get(&height).copied());
    match judge_proof(&proof, chain, header_at) {
        Ok(verdicts) => Ok(Outcome::Judged(verdicts)),
        Err(never) => match never {},
    }
}

fn heights(proof: &DetachedTimestamp) -> impl Iterator<Item = u32> {
    proof.attested().into_iter().filter_map(|attested| match attested.attestation {
        Attestation::Bitcoin { height } => u32::try_from(height).ok(),
        Attestation::Pending(_) | Attestation::Unknown { .. } => None,
    })
}
