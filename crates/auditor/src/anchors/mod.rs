//! Since when, by Bitcoin's word, does this ledger exist as it is? Every anchor in it, judged without its owner.
//!
//! An anchor is worth something where the whole way holds: the block holds the commitment, the commitment is the hash of
//! a checkpoint's file, and the root in that file is the root of the entries that are here.

mod files;
mod headers;
mod judge;
mod reach;
mod report;
mod times;
mod walk;

pub use files::{AnchorFile, FileKind};
pub use headers::{ArchiveFile, AskedNode, HeaderSource, HeadersError};
pub(crate) use judge::{Here, judge, of_evidence, of_proof};
pub use reach::Reach;
pub use report::{AnchorReport, JudgedAnchor, Outcome};
pub(crate) use times::held;
pub(crate) use walk::{AllSaid, Place as EntryPlace, Prefix, Said, anchors_in};

use crate::{Place, ReadError, Reader};

/// How many anchors are judged at once: their files are held in memory.
pub(crate) const ANCHORS_AT_ONCE: usize = 32;

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
    let said = anchors_in(&mut reader, u64::MAX).await?;
    let said = said.in_order();
    let (prefixes, entries) = walk::prefixes_at(&mut reader, said.iter().map(|anchor| anchor.size).collect()).await?;
    let mut anchors = Vec::with_capacity(said.len());
    for some in said.chunks(ANCHORS_AT_ONCE) {
        let files: Vec<AnchorFile> = some.iter().flat_map(|anchor| anchor.files_to_judge()).collect();
        let contents = reader.contents(&files).await?;
        for anchor in some {
            let here = Here { prefixes: &prefixes, contents: &contents };
            let outcome = judge(&mut headers, anchor, &here).await?;
            anchors.push(JudgedAnchor::of(anchor, outcome));
        }
    }
    Ok(AnchorReport { network: headers.network(), headers: headers.reach(), anchors, entries })
}
