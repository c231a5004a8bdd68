//! Since when, by Bitcoin's word, does this ledger exist as it is? Every anchor in it, judged without its owner.
//!
//! An anchor is worth something where the whole way holds: the block holds the commitment, the commitment is the hash of
//! a checkpoint's file, and the root in that file is the root of the entries that are here.

mod headers;
mod judge;
mod reach;
mod report;
mod times;
mod walk;

pub use headers::{HeaderSource, HeadersError};
pub use reach::Reach;
pub use report::{AnchorReport, JudgedAnchor, Outcome};

use crate::{Place, ReadError, Reader};
use edgecoder_events::CheckpointDigest;

/// Why the anchors could not be judged at all.
#[derive(Debug, thiserror::Error)]
pub enum AnchorsError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Headers(#[from] HeadersError),
    #[error("entry {0} is damaged: run `audit verify` first")]
    Damaged(u64),
}

/// Judges every anchor of a ledger.
///
/// # Errors
/// The ledger or the headers cannot be read. What is wrong with an anchor stands in the report.
pub async fn judge_anchors(place: &Place, mut headers: HeaderSource) -> Result<AnchorReport, AnchorsError> {
    let mut reader = Reader::open(place).await?;
    let said = walk::anchors_in(&mut reader).await?;
    let sizes = said.values().map(|anchor| anchor.size).collect();
    let (prefixes, entries) = walk::prefixes_at(&mut reader, sizes).await?;
    let contents = reader.contents(&said.values().flat_map(walk::Said::contents).collect::<Vec<_>>()).await?;
    let here = judge::Here { prefixes, contents };
    let mut anchors = Vec::with_capacity(said.len());
    let mut in_order: Vec<(&CheckpointDigest, &walk::Said)> = said.iter().collect();
    in_order.sort_by_key(|(_, anchor)| anchor.position);
    for (checkpoint, anchor) in in_order {
        let outcome = judge::judge(&mut headers, checkpoint, anchor, &here).await?;
        anchors.push(JudgedAnchor {
            checkpoint: *checkpoint,
            size: anchor.size,
            position: anchor.position,
            since_ms: anchor.newest_at.recorded_ms,
            outcome,
        });
    }
    Ok(AnchorReport { headers: headers.reach(), anchors, entries })
}
