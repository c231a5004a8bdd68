//! Which entry is it, and what does it say?

use crate::{ReadError, Reader, entry_view::EntryView};
use edgecoder_ledger::{Entry, EntryError};
use std::str::FromStr;

/// An entry by its place or by its event's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Position(u64),
    EventId([u8; 16]),
}

/// A text names no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a position, such as 17, or an event id of 32 hex digits")]
pub struct WantedError;

impl FromStr for Wanted {
    type Err = WantedError;

    /// A number of fewer digits than an id is a position; hyphens in an id do not count.
    fn from_str(text: &str) -> Result<Self, WantedError> {
        let mut id = [0; 16];
        if hex::decode_to_slice(text.replace('-', ""), &mut id).is_ok() {
            return Ok(Self::EventId(id));
        }
        text.parse().map(Self::Position).map_err(|_| WantedError)
    }
}

/// Why an entry cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the bytes at this position are no entry: {0}")]
    Entry(#[from] EntryError),
    #[error("the ledger has no such entry")]
    NotFound,
}

/// Reads one entry. It is shown as it is stored: only `verify` says whether the ledger was touched.
///
/// # Errors
/// It is not there or cannot be read.
pub async fn show(reader: &mut Reader, wanted: Wanted) -> Result<EntryView, ShowError> {
    match wanted {
        Wanted::Position(position) => {
            let at = i64::try_from(position).map_err(|_| ShowError::NotFound)?;
            let page = reader.from(at).await?;
            let row = page.rows().next().filter(|row| row.position == position).ok_or(ShowError::NotFound)?;
            Ok(EntryView::of(&row)?)
        }
        Wanted::EventId(id) => find(reader, id).await,
    }
}

async fn find(reader: &mut Reader, id: [u8; 16]) -> Result<EntryView, ShowError> {
    let mut next = 0;
    loop {
        let page = reader.from(next).await?;
        let found = page.rows().find(|row| Entry::decode(row.entry).is_ok_and(|entry| entry.event_id == id));
        if let Some(row) = found {
            return Ok(EntryView::of(&row)?);
        }
        next = page.last().and_then(|last| last.checked_add(1)).ok_or(ShowError::NotFound)?;
    }
}
