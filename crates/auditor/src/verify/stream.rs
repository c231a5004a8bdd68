//! The ledger goes by once: one thread reads, one judges the bytes, one judges the events, and the others check the
//! signatures of results for it, which take longer than everything else.

use super::tile_check::TileCheck;
use crate::{
    Class, Finding, Page, Reader,
    rules::{EventReport, Rules, is_signed_result},
};
use edgecoder_ledger::verify::{Expectations, Report, StoredRow, Verdict, Verifier};
use std::{num::NonZero, sync::Arc, thread::available_parallelism};
use tokio::{
    runtime::Handle,
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};

/// How many pages may wait for a judge.
const PAGES_AHEAD: usize = 2;
/// Of how many pages the signatures are checked at the same time, on a machine that has so many cores.
const MOST_PAGES_CHECKED_AT_ONCE: usize = 8;

/// What the table calls a result; an entry that is one under another name is checked later, by the rules.
const RESULT: &str = "task.subtask_finished";

/// What both judges say, where reading stopped, if it did, and what is wrong with the tiles, where there are any.
pub(super) struct Streamed {
    pub bytes: Report,
    pub events: EventReport,
    pub unreadable: Option<Finding>,
    pub tiles: Vec<Finding>,
}

/// A page on its way to the rules, while the signatures of its results are checked.
struct PageOfEvents {
    page: Arc<Page>,
    /// One answer for each entry.
    signed_results: JoinHandle<Vec<bool>>,
}

/// Where pages go.
struct Judges {
    bytes: mpsc::Sender<Arc<Page>>,
    events: mpsc::Sender<PageOfEvents>,
}

pub(super) async fn stream(
    reader: &mut Reader,
    expected: &Expectations,
    rules: Rules,
    progress: &(dyn Fn(u64) + Sync),
) -> Streamed {
    let (to_bytes, for_bytes) = mpsc::channel(PAGES_AHEAD);
    let cores = available_parallelism().map_or(1, NonZero::get);
    let (to_events, for_events) = mpsc::channel(cores.min(MOST_PAGES_CHECKED_AT_ONCE));
    let verifier = Verifier::new(expected);
    let bytes = spawn_blocking(move || judge_bytes(verifier, for_bytes));
    let events = spawn_blocking(move || judge_events(rules, for_events));
    let mut tiles = reader.served().map(TileCheck::of);
    let judges = Judges { bytes: to_bytes, events: to_events };
    let unreadable = send_pages(reader, judges, tiles.as_mut(), progress).await;
    let tiles = match tiles {
        Some(tiles) if unreadable.is_none() => tiles.finish().await,
        _ => Vec::new(),
    };
    let bytes = bytes.await.expect("the verifier does not panic");
    let rules = events.await.expect("the rules do not panic");
    let whole = unreadable.is_none() && !matches!(bytes.verdict, Verdict::Tampered(_) | Verdict::Corrupt(_));
    Streamed { bytes, events: rules.finish(whole), unreadable, tiles }
}

async fn send_pages(
    reader: &mut Reader,
    to: Judges,
    mut tiles: Option<&mut TileCheck>,
    progress: &(dyn Fn(u64) + Sync),
) -> Option<Finding> {
    // Rows below zero are no rows of a ledger; asking for them makes the reader say so.
    let mut next = i64::MIN;
    let mut read = 0;
    loop {
        let page = match reader.from(next).await {
            Ok(page) => Arc::new(page),
            Err(error) => {
                let position = u64::try_from(next).unwrap_or(0);
                let detail = format!("{error}; {read} entries were read before");
                return Some(Finding { class: Class::Unreadable, position: Some(position), detail });
            }
        };
        let last = page.last()?;
        read += u64::try_from(page.len()).unwrap_or(u64::MAX);
        to.send(Arc::clone(&page)).await;
        if let Some(tiles) = &mut tiles {
            tiles.follow(&page).await;
        }
        progress(read);
        next = last.checked_add(1)?;
    }
}

impl Judges {
    /// The signatures of a page are checked once the rules have room for it, so that few pages are held.
    async fn send(&self, page: Arc<Page>) {
        let room = self.events.reserve().await.expect("a judge reads to the end");
        let ahead = Arc::clone(&page);
        let signed_results = spawn_blocking(move || signed_results(&ahead));
        room.send(PageOfEvents { page: Arc::clone(&page), signed_results });
        self.bytes.send(page).await.expect("a judge reads to the end");
    }
}

/// Where no column says what an entry is called, the entry does.
fn signed_results(page: &Page) -> Vec<bool> {
    let is_called_result = |row: &StoredRow<'_>| row.columns.is_none_or(|it| it.kind == RESULT);
    page.rows().map(|row| is_called_result(&row) && is_signed_result(row.entry)).collect()
}

fn judge_bytes(mut verifier: Verifier, mut pages: mpsc::Receiver<Arc<Page>>) -> Report {
    while let Some(page) = pages.blocking_recv() {
        let rows: Vec<_> = page.rows().collect();
        verifier.push_all(&rows);
    }
    verifier.finish()
}

fn judge_events(mut rules: Rules, mut pages: mpsc::Receiver<PageOfEvents>) -> Rules {
    while let Some(PageOfEvents { page, signed_results }) = pages.blocking_recv() {
        let signed = Handle::current().block_on(signed_results).expect("checking signatures does not panic");
        page.entries().zip(signed).for_each(|(entry, signed)| rules.push(entry, signed));
    }
    rules
}
