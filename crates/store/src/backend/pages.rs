//! How is a long log read without keeping a transaction open for as long as its reader takes?

use super::Entries;
use crate::{StorageError, StoredEntry};
use edgecoder_events::Position;
use futures_util::{StreamExt, TryStreamExt, future::ready, stream};

/// How many entries are read by one statement: with the largest ones 32 MiB.
pub(crate) const READ_AT_ONCE: usize = 512;
/// How many such statements run ahead of the one who reads.
const READ_AHEAD: usize = 2;

/// Entries from `from` until before `to`, or until the end of the log; `page` reads the ones of a smaller range.
pub(crate) fn in_pages<Page, Reading>(from: u64, to: u64, page: Page) -> Entries
where
    Page: Fn(u64, u64) -> Reading + Send + 'static,
    Reading: Future<Output = Result<Vec<StoredEntry>, StorageError>> + Send + 'static,
{
    let step = u64::try_from(READ_AT_ONCE).unwrap_or(u64::MAX);
    stream::iter((from..to).step_by(READ_AT_ONCE))
        .map(move |from| page(from, to.min(from.saturating_add(step))))
        .buffered(READ_AHEAD)
        .scan(from, |next, page| ready(Some(page.and_then(|entries| without_gaps(next, entries)))))
        .map_ok(|entries| stream::iter(entries.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

/// Lets entries pass that follow each other from `next` on.
fn without_gaps(next: &mut u64, entries: Vec<StoredEntry>) -> Result<Vec<StoredEntry>, StorageError> {
    for entry in &entries {
        if entry.position.0 != *next {
            return Err(StorageError::Damaged { position: Position(*next), what: "the entry is missing" });
        }
        *next += 1;
    }
    Ok(entries)
}
