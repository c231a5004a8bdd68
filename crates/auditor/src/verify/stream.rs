//! The ledger goes by once: one thread reads, one judges the bytes, one judges the events.

use crate::{
    Class, Finding, Page, Reader,
    rules::{EventReport, Rules},
};
use edgecoder_events::PublicKey;
use edgecoder_ledger::verify::{Expectations, Report, Verdict, Verifier};
use std::sync::Arc;
use tokio::{sync::mpsc, task::spawn_blocking};

/// How many pages may wait for a judge.
const PAGES_AHEAD: usize = 2;

/// What both judges say, and where reading stopped, if it did.
pub(super) struct Streamed {
    pub bytes: Report,
    pub events: EventReport,
    pub unreadable: Option<Finding>,
}

pub(super) async fn stream(
    reader: &mut Reader,
    expected: &Expectations,
    keys: Vec<PublicKey>,
    progress: &(dyn Fn(u64) + Sync),
) -> Streamed {
    let (to_bytes, for_bytes) = mpsc::channel(PAGES_AHEAD);
    let (to_events, for_events) = mpsc::channel(PAGES_AHEAD);
    let verifier = Verifier::new(expected);
    let bytes = spawn_blocking(move || judge_bytes(verifier, for_bytes));
    let rules = Rules::new(&expected.origin, keys);
    let events = spawn_blocking(move || judge_events(rules, for_events));
    let unreadable = send_pages(reader, [to_bytes, to_events], progress).await;
    let bytes = bytes.await.expect("the verifier does not panic");
    let rules = events.await.expect("the rules do not panic");
    let whole = unreadable.is_none() && !matches!(bytes.verdict, Verdict::Tampered(_) | Verdict::Corrupt(_));
    Streamed { bytes, events: rules.finish(whole), unreadable }
}

async fn send_pages(
    reader: &mut Reader,
    to: [mpsc::Sender<Arc<Page>>; 2],
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
        for judge in &to {
            judge.send(Arc::clone(&page)).await.expect("a judge reads to the end");
        }
        progress(read);
        next = last.checked_add(1)?;
    }
}

fn judge_bytes(mut verifier: Verifier, mut pages: mpsc::Receiver<Arc<Page>>) -> Report {
    while let Some(page) = pages.blocking_recv() {
        let rows: Vec<_> = page.rows().collect();
        verifier.push_all(&rows);
    }
    verifier.finish()
}

fn judge_events(mut rules: Rules, mut pages: mpsc::Receiver<Arc<Page>>) -> Rules {
    while let Some(page) = pages.blocking_recv() {
        page.entries().for_each(|entry| rules.push(entry));
    }
    rules
}
