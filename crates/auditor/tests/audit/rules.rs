//! What a writer who holds the log's key does against the rules: every byte fits, and still it is found.

use crate::ledger::{
    Draft, LOG_SEED, Ledger, Machine, actor_of, admitted, at, chain, draft, earned, enrolled, finished, honest, id,
    leased, machine, micros, note, planned, report, signed, signed_by, spent, submitted, task_stream, wallet,
};
use edgecoder_events::{
    AgentId, Event, PublicKey, StreamName, SubtaskIndex, UnixMillis,
    agent::AgentKeyReplaced,
    blacklist::{AgentBlacklistLifted, AgentBlacklisted},
    credit::{AccountOpened, CreditsEarned, CreditsIssued, CreditsReserved, CreditsSpent, IssueReason},
    node::{NodeEnrolled, NodeKind, NodeRejected},
    task::{
        ResourceClass, ReturnReason, SubtaskFinished, SubtaskLeased, SubtaskReturned, TaskCompleted, TaskSubmitted,
        Verdict,
    },
};

async fn expect_with(change: impl FnOnce(&mut Vec<Draft>), code: i32, class: &str, position: usize) {
    let mut drafts = honest();
    change(&mut drafts);
    let rows = chain(&drafts);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    ledger.expect(code, class, Some(position.try_into().unwrap()));
}

pub async fn broken(change: impl FnOnce(&mut Vec<Draft>), position: usize) {
    expect_with(change, 1, "RULE BROKEN", position).await;
}

pub fn put(drafts: &mut [Draft], position: usize, event: impl Into<Event>) {
    let event = event.into();
    event.kind().clone_into(&mut drafts[position].kind);
    drafts[position].actor = actor_of(&event);
    (drafts[position].schema, drafts[position].payload) = (event.schema(), event.to_bytes());
}

/// The result, signed by its machine, and everything that follows from its cost.
pub fn result(drafts: &mut [Draft], finished: &SubtaskFinished) {
    let key = drafts[at::FINISHED].key.clone();
    drafts[at::FINISHED] = Draft { key, ..signed(2_025, finished) };
    put(drafts, at::COMPLETED, TaskCompleted { task: id("t1"), cost: finished.cost });
    put(drafts, at::SPENT, spent(finished.cost.micros()));
    put(drafts, at::EARNED, earned(finished.cost.micros()));
}

#[tokio::test]
async fn an_unknown_kind_and_an_unreadable_payload_could_not_be_checked() {
    expect_with(|drafts| drafts[at::BLACKLISTED].kind = "moon.landed".to_owned(), 2, "UNKNOWN KIND", at::BLACKLISTED)
        .await;
    expect_with(|drafts| drafts[at::BLACKLISTED].payload.push(0), 2, "BAD PAYLOAD", at::BLACKLISTED).await;
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

/// The machine gets another key, in a history that ends there.
fn replaced(author: Option<&Machine>) -> Vec<Draft> {
    let next = Machine::of([6; 32]);
    let replaced =
        AgentKeyReplaced { agent: id("worker-1"), signing_key: next.key(), envelope_key: PublicKey([9; 32]) };
    let draft = draft(1_005, StreamName::agent(&id("worker-1")), &replaced.into());
    let mut drafts = honest();
    drafts.truncate(at::REGISTERED + 1);
    drafts.push(author.map_or_else(|| draft.clone(), |author| signed_by(author, draft.clone())));
    drafts
}

#[tokio::test]
async fn a_machine_itself_brings_its_keys() {
    let unsigned = |drafts: &mut Vec<Draft>| drafts[at::REGISTERED].author = None;
    broken(unsigned, at::REGISTERED).await;
    let by_another = |drafts: &mut Vec<Draft>| {
        drafts[at::REGISTERED] = signed_by(&Machine::of([6; 32]), drafts[at::REGISTERED].clone());
    };
    expect_with(by_another, 1, "BAD SIGNATURE", at::REGISTERED).await;
    let over_other_keys = |drafts: &mut Vec<Draft>| drafts[at::REGISTERED].author.as_mut().unwrap().1[0] ^= 1;
    expect_with(over_other_keys, 1, "BAD SIGNATURE", at::REGISTERED).await;
}

#[tokio::test]
async fn a_machines_key_is_replaced_by_the_machine_alone() {
    let becomes = |drafts: Vec<Draft>| move |honest: &mut Vec<Draft>| *honest = drafts;
    kept(becomes(replaced(Some(&machine())))).await;
    let by_another = becomes(replaced(Some(&Machine::of([6; 32]))));
    expect_with(by_another, 1, "BAD SIGNATURE", at::REGISTERED + 1).await;
    broken(becomes(replaced(None)), at::REGISTERED + 1).await;
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
    let twice = |drafts: &mut Vec<Draft>| drafts.insert(at::COMPLETED + 1, drafts[at::FINISHED].clone());
    broken(twice, at::COMPLETED + 1).await;
    let other = |drafts: &mut Vec<Draft>| {
        put(drafts, at::LEASED, SubtaskLeased { agent: id("worker-2"), ..leased() });
        drafts.splice(at::LEASED..at::LEASED, admitted(1_007, "worker-2"));
    };
    broken(other, at::FINISHED + 2).await;
    let second = |drafts: &mut Vec<Draft>| {
        let lease = SubtaskLeased { attempt: 2, ..leased() };
        drafts.insert(at::FINISHED, draft(2_000, task_stream(), &lease.into()));
    };
    broken(second, at::FINISHED).await;
}

/// The lease is given back before its result comes.
fn returned(drafts: &mut Vec<Draft>, reason: ReturnReason, then: &[Event]) {
    let back = SubtaskReturned { task: id("t1"), subtask: SubtaskIndex(0), attempt: 1, agent: id("worker-1"), reason };
    let events = [&[Event::from(back)], then].concat();
    let drafted = events.iter().map(|event| draft(2_020, task_stream(), event));
    drafts.splice(at::FINISHED..at::FINISHED, drafted.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_late_result_is_taken_where_the_lease_ran_out_and_nobody_followed() {
    kept(|drafts| returned(drafts, ReturnReason::LeaseExpired, &[])).await;
    for reason in [ReturnReason::AgentUnable, ReturnReason::AgentDrained, ReturnReason::AgentBlacklisted] {
        broken(|drafts| returned(drafts, reason, &[]), at::FINISHED + 1).await;
    }
    let second = Event::from(SubtaskLeased { attempt: 2, ..leased() });
    broken(|drafts| returned(drafts, ReturnReason::LeaseExpired, &[second]), at::FINISHED + 2).await;
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
    let much = |drafts: &mut Vec<Draft>| {
        put(drafts, at::SUBMITTED, TaskSubmitted { budget: micros(100_001), ..submitted() });
        put(drafts, at::RESERVED, CreditsReserved { account: id("ann"), task: id("t1"), amount: micros(100_001) });
    };
    broken(much, at::RESERVED).await;
    let nobody = CreditsIssued { account: id("nobody"), amount: micros(1), reason: IssueReason::Faucet };
    let gift = |drafts: &mut Vec<Draft>| drafts.insert(at::ISSUED, draft(1_002, wallet("nobody"), &nobody.into()));
    broken(gift, at::ISSUED).await;
}

#[tokio::test]
async fn an_account_is_opened_once() {
    let opened: Event = AccountOpened { account: id("ann") }.into();
    broken(|drafts| drafts.push(draft(4_000, wallet("ann"), &opened)), at::COUNT).await;
}

#[tokio::test]
async fn what_a_task_left_over_comes_back() {
    broken(|drafts| drop(drafts.remove(at::RELEASED)), at::RESERVED).await;
}

/// Nothing at all is found.
pub async fn kept(change: impl FnOnce(&mut Vec<Draft>)) {
    let mut drafts = honest();
    change(&mut drafts);
    let rows = chain(&drafts);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    let (code, document) = ledger.verify(&[]);
    assert_eq!(code, 0, "{document:#}");
}

#[tokio::test]
async fn only_a_machine_that_was_enrolled_and_approved_gets_a_lease() {
    broken(|drafts| drop(drafts.drain(at::ENROLLED..=at::APPROVED)), at::LEASED - 2).await;
    broken(|drafts| drop(drafts.remove(at::APPROVED)), at::LEASED - 1).await;
    let coordinator = NodeEnrolled { kind: NodeKind::Coordinator, ..enrolled("worker-1") };
    broken(|drafts| put(drafts, at::ENROLLED, coordinator), at::LEASED).await;
    let again = |drafts: &mut Vec<Draft>| drafts.insert(at::APPROVED, drafts[at::ENROLLED].clone());
    broken(again, at::APPROVED).await;
}

/// The events about the machine stand before its lease, by `later_ms`.
fn before_the_lease(drafts: &mut Vec<Draft>, later_ms: u64, events: &[Event]) {
    let stream = StreamName::agent(&id::<AgentId>("worker-1"));
    let new: Vec<_> = events.iter().map(|event| draft(1_006, stream.clone(), event)).collect();
    let leased_at = 1_006 + later_ms;
    let lease = SubtaskLeased { granted_at: UnixMillis(leased_at), ..leased() };
    put(drafts, at::LEASED, lease);
    drafts[at::LEASED].at_ms = leased_at;
    for draft in &mut drafts[at::LEASED + 1..] {
        draft.at_ms += leased_at;
    }
    drafts.splice(at::LEASED..at::LEASED, new);
}

#[tokio::test]
async fn a_machine_that_was_shut_out_gets_no_lease() {
    let rejected = || Event::from(NodeRejected { node: id("worker-1"), reason: "no".to_owned() });
    broken(|drafts| before_the_lease(drafts, 1, &[rejected()]), at::LEASED + 1).await;
    broken(|drafts| before_the_lease(drafts, 0, &[rejected()]), at::LEASED + 1).await;
    let until = |expires_at: Option<u64>| {
        let expires_at = expires_at.map(UnixMillis);
        let mut report = AgentBlacklisted { agent: id("worker-1"), expires_at, ..report() };
        report.reporter_signature = crate::ledger::machine().sign(&edgecoder_identity::evidence::text(&report));
        Event::from(report)
    };
    let lifted = Event::from(AgentBlacklistLifted { agent: id("worker-1"), reason: "a mistake".to_owned() });
    broken(|drafts| before_the_lease(drafts, 1, &[until(None)]), at::LEASED + 1).await;
    broken(|drafts| before_the_lease(drafts, 1, &[until(Some(1_008))]), at::LEASED + 1).await;
    kept(|drafts| before_the_lease(drafts, 1, &[until(Some(1_007))])).await;
    kept(|drafts| before_the_lease(drafts, 1, &[until(None), lifted])).await;
}

#[tokio::test]
async fn a_machine_earns_for_its_owner() {
    let to_ann = |drafts: &mut Vec<Draft>| {
        put(drafts, at::LEASED, SubtaskLeased { payee: id("ann"), ..leased() });
    };
    broken(to_ann, at::LEASED).await;
}

#[tokio::test]
async fn nobody_earns_on_an_account_that_was_not_opened() {
    let to_nobody = |drafts: &mut Vec<Draft>| {
        let (Event::CreditsSpent(spent), Event::CreditsEarned(earned)) = (spent(20_000), earned(20_000)) else {
            panic!("the builders of a payment make one")
        };
        put(drafts, at::ENROLLED, NodeEnrolled { owner: id("nobody"), ..enrolled("worker-1") });
        put(drafts, at::LEASED, SubtaskLeased { payee: id("nobody"), ..leased() });
        put(drafts, at::SPENT, CreditsSpent { payee: id("nobody"), ..spent });
        put(drafts, at::EARNED, CreditsEarned { account: id("nobody"), ..earned });
        drafts[at::EARNED].stream = wallet("nobody");
    };
    broken(to_nobody, at::EARNED).await;
}

#[tokio::test]
async fn a_lease_is_no_longer_than_planned_and_no_plan_is_longer_than_any_may_be() {
    broken(|drafts| put(drafts, at::LEASED, SubtaskLeased { limit_ms: 1_001, ..leased() }), at::LEASED).await;
    let longest = |timeout_ms| {
        let mut planned = planned();
        planned.subtasks[0].timeout_ms = timeout_ms;
        planned
    };
    kept(|drafts| put(drafts, at::PLANNED, longest(600_000))).await;
    broken(|drafts| put(drafts, at::PLANNED, longest(600_001)), at::PLANNED).await;
}

#[tokio::test]
async fn a_task_is_planned_once_and_nothing_else_of_it_is_leased() {
    broken(|drafts| drop(drafts.remove(at::PLANNED)), at::PLANNED).await;
    broken(|drafts| put(drafts, at::LEASED, SubtaskLeased { subtask: SubtaskIndex(1), ..leased() }), at::LEASED).await;
    let again = |drafts: &mut Vec<Draft>| drafts.insert(at::LEASED, Draft { key: None, ..drafts[at::PLANNED].clone() });
    broken(again, at::LEASED).await;
}

#[tokio::test]
async fn a_lease_costs_what_its_kind_of_machine_can() {
    let priced = |drafts: &mut Vec<Draft>, resource, price| {
        put(drafts, at::SUBMITTED, TaskSubmitted { resource, ..submitted() });
        put(drafts, at::LEASED, SubtaskLeased { price_per_ms: micros(price), ..leased() });
        result(drafts, &SubtaskFinished { paid_ms: 5, cost: micros(5 * price), ..finished() });
        put(
            drafts,
            at::RELEASED,
            edgecoder_events::credit::CreditsReleased {
                account: id("ann"),
                task: id("t1"),
                amount: micros(50_000 - 5 * price),
            },
        );
    };
    kept(|drafts| priced(drafts, ResourceClass::Cpu, 800)).await;
    broken(|drafts| priced(drafts, ResourceClass::Cpu, 799), at::LEASED).await;
    kept(|drafts| priced(drafts, ResourceClass::Gpu, 3_200)).await;
    broken(|drafts| priced(drafts, ResourceClass::Gpu, 3_199), at::LEASED).await;
    kept(|drafts| priced(drafts, ResourceClass::Cpu, 1_600)).await;
    broken(|drafts| priced(drafts, ResourceClass::Cpu, 1_601), at::LEASED).await;
    kept(|drafts| priced(drafts, ResourceClass::Gpu, 6_400)).await;
    broken(|drafts| priced(drafts, ResourceClass::Gpu, 6_401), at::LEASED).await;
}

#[tokio::test]
async fn the_faucet_gives_what_it_may_and_only_to_those_whom_an_operator_names() {
    let issued = |amount| CreditsIssued { account: id("ann"), amount: micros(amount), reason: IssueReason::Faucet };
    let given = |drafts: &mut Vec<Draft>, amount| {
        drafts.push(draft(4_000, wallet("ann"), &issued(amount).into()));
    };
    kept(|drafts| given(drafts, 10_000_000_000)).await;
    broken(|drafts| given(drafts, 10_000_000_001), at::COUNT).await;
    kept(|drafts| drafts[at::ISSUED].actor = "system:first-start").await;
    broken(|drafts| drafts[at::ISSUED].actor = "agent:mallory", at::ISSUED).await;
    broken(|drafts| drafts[at::ISSUED].actor = "system:scheduler", at::ISSUED).await;
}
