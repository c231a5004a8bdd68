//! What happened last, and what happens now?

use crate::{Page, Place, ReadError, Reader, entry_view::EntryView};
use edgecoder_ledger::{Entry, verify::StoredRow};
use std::{ops::ControlFlow, time::Duration};

/// How often a growing ledger is looked at.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(500);

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TailWish {
    /// How many of the newest.
    pub count: usize,
    /// Whether those that come later are wanted, too.
    pub follow: bool,
    /// Only of this stream.
    pub stream: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
}

impl TailWish {
    fn wants(&self, row: &StoredRow<'_>) -> bool {
        let fits = |wanted: Option<&String>, is: &str| wanted.is_none_or(|wanted| wanted == is);
        Entry::decode(row.entry)
            .is_ok_and(|entry| fits(self.stream.as_ref(), entry.stream) && fits(self.kind.as_ref(), entry.kind))
    }

    fn views(&self, page: &Page) -> impl DoubleEndedIterator<Item = EntryView> {
        page.rows().filter(|row| self.wants(row)).filter_map(|row| EntryView::of(&row).ok())
    }
}

/// Hands the newest entries to `print`, the oldest of them first, until it breaks off.
///
/// # Errors
/// The ledger cannot be read.
pub async fn tail(
    place: &Place,
    wish: &TailWish,
    print: &mut (dyn FnMut(&EntryView) -> ControlFlow<()> + Send),
) -> Result<(), ReadError> {
    let mut reader = Reader::open(place).await?;
    let (newest, mut next) = newest(&mut reader, wish).await?;
    if newest.iter().try_for_each(&mut *print).is_break() || !wish.follow {
        return Ok(());
    }
    // The reader sees the ledger as it was when it was opened.
    drop(reader);
    loop {
        tokio::time::sleep(FOLLOW_INTERVAL).await;
        let mut reader = Reader::open(place).await?;
        loop {
            let page = reader.from(next).await?;
            let Some(last) = page.last() else { break };
            if wish.views(&page).try_for_each(|view| print(&view)).is_break() {
                return Ok(());
            }
            next = last.saturating_add(1);
        }
    }
}

/// The newest entries that are wanted, and the position after the last one that was looked at.
async fn newest(reader: &mut Reader, wish: &TailWish) -> Result<(Vec<EntryView>, i64), ReadError> {
    let end = reader.bounds().await?.map_or(0, |(_, last)| last.saturating_add(1));
    let mut before = end;
    let mut found = Vec::new();
    while found.len() < wish.count {
        let page = reader.before(before).await?;
        let Some(first) = page.first() else { break };
        let missing = wish.count - found.len();
        found.extend(wish.views(&page).rev().take(missing));
        before = first;
    }
    found.reverse();
    Ok((found, end))
}
