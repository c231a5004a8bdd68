//! What a writer who holds the log's key does against the rules: every byte fits, and still it is found.

use crate::ledger::{
    Draft, LOG_SEED, Ledger, Machine, at, chain, draft, earned, finished, honest, id, leased, micros, note, report,
    signed, spent, task_stream, wallet,
};
use edgecoder_events::{
    Event, UnixMillis,
    credit::{CreditsIssued, CreditsReserved, IssueReason},
    task::{SubtaskFinished, SubtaskLeased, TaskCompleted, Verdict},
};

async fn expect_with(change: impl FnOnce(&mut Vec<Draft>), code: i32, class: &str, position: usize) {
    let mut drafts = honest();
    change(&mut drafts);
    let rows = chain(&drafts);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    ledger.expect(code, class, Some(position.try_into().unwrap()));
}

async fn broken(change: impl FnOnce(&mut Vec<Draft>), position: usize) {
    expect_with(change, 1, "RULE BROKEN", position).await;
}

fn put(drafts: &mut [Draft], position: usize, event: impl Into<Event>) {
    let event = event.into();
    event.kind().clone_into(&mut drafts[position].kind);
    drafts[position].payload = event.to_bytes();
}

/// The result, signed by its machine, and everything that follows from its cost.
fn result(drafts: &mut [Draft], finished: &SubtaskFinished) {
    let key = drafts[at::FINISHED].key.clone();
    drafts[at::FINISHED] = Draft { key, ..signed(2_025, finished) };
    put(drafts, at::COMPLETED, TaskCompleted { task: id("t1"), cost: finished.cost });
    put(drafts, at::SPENT, spent(finished.cost.micros()));
    put(drafts, at::EARNED, earned(finished.cost.micros()));
}

#[tokio::test]
async fn an_unknown_kind_and_an_unreadable_payload_could_not_be_checked() {
    expect_with(|drafts| drafts[13].kind = "moon.landed".to_owned(), 2, "UNKNOWN KIND", 13).await;
    expect_with(|drafts| drafts[13].payload.push(0), 2, "BAD PAYLOAD", 13).await;
}

#[tokio::test]
async fn the_first_entry_creates_this_ledger_once() {
    broken(|drafts| drop(drafts.remove(0)), 0).await;
    broken(|drafts| drafts.push(Draft { key: None, at_ms: 4_000, ..drafts[0].clone() }), at::COUNT).await;
}

#[tokio::test]
async fn a_result_is_signed_by_the_registered_key_of_its_machine() {
    broken(|drafts| drafts[at::FINISHED].author = None, at::FINISHED).await;
    let flip = |drafts: &mut Vec<Draft>| {
        let author = drafts[at::FINISHED].author.as_mut().unwrap();
        author.1[3] ^= 1;
    };
    expect_with(flip, 1, "BAD SIGNATURE", at::FINISHED).await;
    let stranger = |drafts: &mut Vec<Draft>| {
        let stranger = Machine::of([8; 32]);
        drafts[at::FINISHED].author = Some((stranger.key().0, stranger.sign(&finished().statement()).0));
    };
    expect_with(stranger, 1, "BAD SIGNATURE", at::FINISHED).await;
    let other_verdict = |drafts: &mut Vec<Draft>| {
        put(drafts, at::FINISHED, SubtaskFinished { reported_ms: 21, ..finished() });
    };
    expect_with(other_verdict, 1, "BAD SIGNATURE", at::FINISHED).await;
}

#[tokio::test]
async fn a_report_is_signed_by_its_reporter() {
    let change = |drafts: &mut Vec<Draft>| {
        let mut report = report();
        report.reason.push('!');
        put(drafts, at::BLACKLISTED, report);
    };
    expect_with(change, 1, "BAD SIGNATURE", at::BLACKLISTED).await;
}

#[tokio::test]
async fn a_machine_registers_once() {
    let again =
        |drafts: &mut Vec<Draft>| drafts.push(Draft { key: None, at_ms: 4_000, ..drafts[at::REGISTERED].clone() });
    broken(again, at::COUNT).await;
}

#[tokio::test]
async fn no_more_is_paid_than_the_lease_lasted_or_its_machine_worked() {
    let paid =
        |paid_ms, reported_ms| SubtaskFinished { paid_ms, reported_ms, cost: micros(paid_ms * 1_000), ..finished() };
    broken(|drafts| result(drafts, &paid(26, 40)), at::FINISHED).await;
    broken(|drafts| result(drafts, &paid(21, 20)), at::FINISHED).await;
    let short = SubtaskLeased { limit_ms: 19, ..leased() };
    broken(|drafts| put(drafts, at::LEASED, short), at::FINISHED).await;
    let early = SubtaskLeased { granted_at: UnixMillis(2_001), ..leased() };
    broken(|drafts| put(drafts, at::LEASED, early), at::LEASED).await;
}

#[tokio::test]
async fn the_cost_is_the_price_of_the_lease() {
    let cost = |cost| SubtaskFinished { cost: micros(cost), ..finished() };
    broken(|drafts| result(drafts, &cost(20_001)), at::FINISHED).await;
    broken(|drafts| result(drafts, &cost(19_999)), at::FINISHED).await;
    let failed = SubtaskFinished { verdict: Verdict::Failed, ..finished() };
    broken(|drafts| result(drafts, &failed), at::FINISHED).await;
}

#[tokio::test]
async fn a_lease_is_finished_once_and_by_its_holder() {
    let twice = |drafts: &mut Vec<Draft>| drafts.insert(at::COMPLETED, drafts[at::FINISHED].clone());
    broken(twice, at::COMPLETED).await;
    let other = SubtaskLeased { agent: id("worker-2"), ..leased() };
    broken(|drafts| put(drafts, at::LEASED, other), at::FINISHED).await;
    let second = |drafts: &mut Vec<Draft>| {
        let lease = SubtaskLeased { attempt: 2, ..leased() };
        drafts.insert(at::FINISHED, draft(2_000, task_stream(), &lease.into()));
    };
    broken(second, at::FINISHED).await;
}

#[tokio::test]
async fn a_task_costs_what_its_results_cost() {
    let dearer = TaskCompleted { task: id("t1"), cost: micros(20_001) };
    broken(|drafts| put(drafts, at::COMPLETED, dearer), at::COMPLETED).await;
}

#[tokio::test]
async fn what_is_spent_is_earned_next_and_nothing_else_is() {
    broken(|drafts| put(drafts, at::EARNED, earned(20_001)), at::SPENT).await;
    broken(|drafts| drop(drafts.remove(at::EARNED)), at::SPENT).await;
    broken(|drafts| drop(drafts.remove(at::SPENT)), at::SPENT).await;
    let unpaid = |drafts: &mut Vec<Draft>| drop(drafts.drain(at::SPENT..=at::EARNED));
    broken(unpaid, at::RESERVED).await;
    let minted = |drafts: &mut Vec<Draft>| drafts.push(draft(4_000, wallet("bob"), &earned(5)));
    broken(minted, at::COUNT).await;
}

#[tokio::test]
async fn nothing_is_paid_but_what_a_result_costs() {
    let extra = |drafts: &mut Vec<Draft>| {
        drafts.push(draft(4_000, wallet("ann"), &spent(5)));
        drafts.push(draft(4_000, wallet("bob"), &earned(5)));
    };
    broken(extra, at::COUNT).await;
}

#[tokio::test]
async fn no_account_falls_below_zero_and_none_is_given_to_unopened() {
    let much = CreditsReserved { account: id("ann"), task: id("t1"), amount: micros(100_001) };
    broken(|drafts| put(drafts, at::RESERVED, much), at::RESERVED).await;
    let nobody = CreditsIssued { account: id("nobody"), amount: micros(1), reason: IssueReason::Faucet };
    let gift = |drafts: &mut Vec<Draft>| drafts.insert(at::ISSUED, draft(1_002, wallet("nobody"), &nobody.into()));
    broken(gift, at::ISSUED).await;
}

#[tokio::test]
async fn what_a_task_left_over_comes_back() {
    broken(|drafts| drop(drafts.remove(at::RELEASED)), at::RESERVED).await;
}
