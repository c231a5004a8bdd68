//! How many entries per second does an audit take in, and which part of it costs what?
//!
//! `audit_speed [ENTRIES]`. Counted is the time that the process had a core, not the time on the wall: others may use
//! the machine meanwhile. A ledger without results shows the audit itself; in one with results, checking the signatures
//! of the machines costs more than everything else.
#![expect(clippy::unwrap_used, reason = "an example stops at the first thing that does not hold")]

#[path = "../tests/audit/ledger.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod ledger;

use edgecoder_auditor::{Page, Place, Reader, VerifyWish, rules::Rules, verify};
use edgecoder_events::{
    Event, PublicKey, StreamName, TaskId,
    credit::{CreditsEarned, CreditsIssued, CreditsReleased, CreditsReserved, CreditsSpent, IssueReason},
    task::{
        ReturnReason, SubtaskFinished, SubtaskLeased, SubtaskReturned, TaskCancelled, TaskCompleted, TaskPlanned,
        TaskSubmitted,
    },
};
use edgecoder_ledger::verify::{Expectations, Verifier};
use edgecoder_measuring::{forget_peak, peak};
use ledger::{Draft, LOG_SEED, Ledger, ORIGIN, chain, draft, honest, id, log_key, micros, note, wallet};
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

const DEFAULT_ENTRIES: usize = 1_000_000;
/// How many entries of [`honest`] come before the first task.
const BEFORE_TASKS: usize = 7;
const BUDGET: u64 = 50_000;
const COST: u64 = 20_000;
/// The most that the faucet gives at once, and how many entries of tasks it surely pays for.
const GIFT: u64 = 10_000_000_000;
const ENTRIES_PER_GIFT: usize = 1_000_000;

/// One task of the ledger that is measured.
struct Task {
    id: TaskId,
    at_ms: u64,
}

impl Task {
    fn on_task(&self, after_ms: u64, event: &Event) -> Draft {
        draft(self.at_ms + after_ms, StreamName::task(&self.id), event)
    }

    fn on_wallet(&self, after_ms: u64, account: &str, event: &Event) -> Draft {
        draft(self.at_ms + after_ms, wallet(account), event)
    }

    fn begin(&self) -> [Draft; 4] {
        let submitted = TaskSubmitted { task: self.id.clone(), ..ledger::submitted() };
        let planned = TaskPlanned { task: self.id.clone(), ..ledger::planned() };
        let reserved = CreditsReserved { account: id("ann"), task: self.id.clone(), amount: micros(BUDGET) };
        let granted_at = edgecoder_events::UnixMillis(self.at_ms);
        let leased = SubtaskLeased { task: self.id.clone(), granted_at, ..ledger::leased() };
        [
            self.on_task(0, &submitted.into()),
            self.on_wallet(0, "ann", &reserved.into()),
            self.on_task(0, &planned.into()),
            self.on_task(0, &leased.into()),
        ]
    }

    fn release(&self, after_ms: u64, amount: u64) -> Draft {
        let released = CreditsReleased { account: id("ann"), task: self.id.clone(), amount: micros(amount) };
        self.on_wallet(after_ms, "ann", &released.into())
    }

    /// A machine gives the work back, and the task is cancelled.
    fn cancelled(&self) -> Vec<Draft> {
        let SubtaskLeased { subtask, attempt, agent, .. } = ledger::leased();
        let reason = ReturnReason::AgentDrained;
        let returned = SubtaskReturned { task: self.id.clone(), subtask, attempt, agent, reason };
        let cancelled = TaskCancelled { task: self.id.clone(), cost: micros(0) };
        let mut drafts = Vec::from(self.begin());
        drafts.push(self.on_task(20, &returned.into()));
        drafts.push(self.on_task(20, &cancelled.into()));
        drafts.push(self.release(20, BUDGET));
        drafts
    }

    /// A machine delivers a result that it signed, and is paid.
    fn completed(&self) -> Vec<Draft> {
        let finished = SubtaskFinished { task: self.id.clone(), ..ledger::finished() };
        let completed = TaskCompleted { task: self.id.clone(), cost: micros(COST) };
        let (Event::CreditsSpent(spent), Event::CreditsEarned(earned)) = (ledger::spent(COST), ledger::earned(COST))
        else {
            panic!("they are those events")
        };
        let mut drafts = Vec::from(self.begin());
        let signed = ledger::signed(self.at_ms + 20, &finished);
        drafts.push(Draft { stream: StreamName::task(&self.id), ..signed });
        drafts.push(self.on_task(20, &completed.into()));
        drafts.push(self.on_wallet(20, "ann", &CreditsSpent { task: self.id.clone(), ..spent }.into()));
        drafts.push(self.on_wallet(20, "bob", &CreditsEarned { task: self.id.clone(), ..earned }.into()));
        drafts.push(self.release(20, BUDGET - COST));
        drafts
    }
}

/// A ledger of about so many entries; each of its tasks is three appends: submitted, leased, ended.
fn history(entries: usize, of_task: fn(&Task) -> Vec<Draft>) -> Vec<Draft> {
    let mut drafts = honest();
    drafts.truncate(BEFORE_TASKS);
    let issued = CreditsIssued { account: id("ann"), amount: micros(GIFT), reason: IssueReason::Faucet };
    let issued = issued.into();
    drafts.extend((0..=entries / ENTRIES_PER_GIFT).map(|_| draft(1_010, wallet("ann"), &issued)));
    for number in 0.. {
        if drafts.len() >= entries {
            break;
        }
        let task = Task { id: id(&format!("task-{number:016x}")), at_ms: 2_000 + 30 * number };
        for (mut draft, append) in of_task(&task).into_iter().zip([0, 0, 0, 1, 2, 2, 2, 2, 2]) {
            draft.key = Some(format!("append-{number:016x}-{append}").into_bytes());
            drafts.push(draft);
        }
    }
    drafts
}

/// Begins a measurement: a peak of memory that was before does not count.
fn begin() -> Duration {
    forget_peak();
    core_time()
}

/// How long this process has had a core.
fn core_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().expect("the time of a process is not below zero")
}

fn print(what: &str, entries: usize, spent: Duration) {
    let thousands = entries as u128 * 1000 / spent.as_micros().max(1);
    let rate = format!("{}.{:02} M entries/s", thousands / 1000, thousands % 1000 / 10);
    println!("  {what:<44} {:>6} ms, {rate}, peak memory {}", spent.as_millis(), peak());
}

async fn measure(title: &str, entries: usize, of_task: fn(&Task) -> Vec<Draft>) {
    let rows = chain(&history(entries, of_task));
    let ledger = Ledger::of(&rows).await;
    let checkpoint = note(&rows, LOG_SEED);
    ledger.put_checkpoint(&checkpoint);
    let entries = rows.len();
    drop(rows);
    println!("{title}: {entries} entries in {} MB", ledger.file().metadata().unwrap().len() >> 20);
    measure_parts(&ledger, &checkpoint, entries).await;
    let place = Place::File(ledger.file());
    let wish = VerifyWish {
        checkpoint_beside: place.checkpoint_beside(),
        place,
        checkpoints: vec![],
        trust_data_dir: true,
        keys: vec![],
        origin: None,
        allow_unproven: 0,
        now: edgecoder_events::UnixMillis(u64::MAX),
    };
    let (start, on_the_wall) = (begin(), Instant::now());
    let report = verify(&wish, &|_, _| {}).await.unwrap();
    let spent = core_time().saturating_sub(start);
    print("all of it, were two cores never idle", entries, spent / 2);
    print("on the wall", entries, on_the_wall.elapsed());
    println!("  verdict: {:?}, {} signatures", report.verdict, report.events.author_signatures_checked);
}

async fn measure_parts(ledger: &Ledger, checkpoint: &str, entries: usize) {
    let start = begin();
    let mut reader = Reader::open(&Place::File(ledger.file())).await.unwrap();
    let mut pages: Vec<Page> = vec![];
    let mut next = 0;
    loop {
        let page = reader.from(next).await.unwrap();
        let Some(last) = page.last() else { break };
        next = last + 1;
        pages.push(page);
    }
    print("reading", entries, core_time().saturating_sub(start));
    let start = begin();
    let mut verifier = Verifier::new(&Expectations {
        origin: ORIGIN.to_owned(),
        log_keys: vec![log_key(LOG_SEED).verifier_key()],
        checkpoints: vec![checkpoint.to_owned()],
        max_unproven_tail: 0,
    });
    for page in &pages {
        let rows: Vec<_> = page.rows().collect();
        verifier.push_all(&rows);
    }
    let verdict = verifier.finish().verdict;
    print(&format!("bytes: {verdict:?}"), entries, core_time().saturating_sub(start));
    let start = begin();
    let mut rules = Rules::new(ORIGIN, Vec::<PublicKey>::new());
    pages.iter().flat_map(Page::entries).for_each(|entry| rules.push(entry, false));
    let findings = rules.finish(true).findings_total;
    print(&format!("events: {findings} findings"), entries, core_time().saturating_sub(start));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let entries = std::env::args().nth(1).map_or(DEFAULT_ENTRIES, |text| text.parse().unwrap());
    measure("without results", entries, Task::cancelled).await;
    measure("with results", entries, Task::completed).await;
}
