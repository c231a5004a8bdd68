//! Tasks that one who holds the log's key begins, carries on or ends as the product never would.

use crate::{
    ledger::{
        Draft, LOG_SEED, Ledger, at, chain, draft, finished, honest, id, leased, micros, note, planned, signed,
        submitted, task_stream, wallet,
    },
    rules::{broken, kept, put, result},
};
use edgecoder_events::{
    BlobRef, Event, MicroCredits, SubtaskIndex,
    credit::{CreditsIssued, CreditsReleased, CreditsReserved, IssueReason},
    task::{
        FailReason, PlannedSubtask, ReturnReason, ReviewDecision, SubtaskFinished, SubtaskLeased, SubtaskReturned,
        SubtaskRevised, TaskAnswered, TaskCancelled, TaskCompleted, TaskEscalated, TaskFailed, TaskPlanned,
        TaskReviewed, TaskSubmitted, Verdict, WorkKind,
    },
};

const BUDGET: MicroCredits = MicroCredits::from_micros(50_000);

fn budget(amount: u64) -> TaskSubmitted {
    TaskSubmitted { budget: micros(amount), ..submitted() }
}

fn reserved(amount: u64) -> CreditsReserved {
    CreditsReserved { account: id("ann"), task: id("t1"), amount: micros(amount) }
}

fn released(amount: u64) -> Event {
    CreditsReleased { account: id("ann"), task: id("t1"), amount: micros(amount) }.into()
}

#[tokio::test]
async fn the_budget_is_what_the_same_append_sets_aside() {
    broken(|drafts| put(drafts, at::SUBMITTED, budget(1)), at::SUBMITTED).await;
    broken(|drafts| put(drafts, at::RESERVED, reserved(49_999)), at::SUBMITTED).await;
    broken(|drafts| drop(drafts.remove(at::RESERVED)), at::SUBMITTED).await;
    broken(|drafts| drafts[at::SUBMITTED].at_ms = 1_004, at::SUBMITTED).await;
    broken(|drafts| drafts.truncate(at::RESERVED), at::SUBMITTED).await;
    broken(|drafts| drafts.push(draft(4_000, wallet("ann"), &reserved(1).into())), at::COUNT).await;
    broken(|drafts| put(drafts, at::SUBMITTED, budget(0)), at::SUBMITTED).await;
    let planned_with_it = |drafts: &mut Vec<Draft>| {
        drafts[at::PLANNED].at_ms = drafts[at::RESERVED].at_ms;
        drafts.swap(at::RESERVED, at::PLANNED);
    };
    kept(planned_with_it).await;
}

#[tokio::test]
async fn a_task_costs_no_more_than_its_budget() {
    let poor = |drafts: &mut Vec<Draft>| {
        put(drafts, at::SUBMITTED, budget(19_999));
        put(drafts, at::RESERVED, reserved(19_999));
    };
    broken(poor, at::FINISHED).await;
}

#[tokio::test]
async fn a_task_ends_as_its_results_say() {
    let end = |event: Event| broken(move |drafts| put(drafts, at::COMPLETED, event), at::FINISHED);
    end(cancelled(20_000)).await;
    end(failed(FailReason::ProgramFailed, 20_000)).await;
    broken(|drafts| drop(drafts.remove(at::COMPLETED)), at::FINISHED).await;
    let as_failed = |end: Event| {
        move |drafts: &mut Vec<Draft>| {
            let of_failed = SubtaskFinished { verdict: Verdict::Failed, cost: micros(12_000), ..finished() };
            result(drafts, &of_failed);
            put(drafts, at::COMPLETED, end);
            put(drafts, at::RELEASED, released(38_000));
        }
    };
    kept(as_failed(failed(FailReason::ProgramFailed, 12_000))).await;
    broken(as_failed(failed(FailReason::AttemptsExhausted, 12_000)), at::FINISHED).await;
    broken(as_failed(TaskCompleted { task: id("t1"), cost: micros(12_000) }.into()), at::FINISHED).await;
    broken(as_failed(cancelled(12_000)), at::FINISHED).await;
}

fn cancelled(cost: u64) -> Event {
    TaskCancelled { task: id("t1"), cost: micros(cost) }.into()
}

fn failed(reason: FailReason, cost: u64) -> Event {
    let is_a_subtasks = matches!(reason, FailReason::ProgramFailed | FailReason::AttemptsExhausted);
    failed_by(is_a_subtasks.then_some(0), reason, cost)
}

fn failed_by(subtask: Option<u16>, reason: FailReason, cost: u64) -> Event {
    TaskFailed { task: id("t1"), reason, cost: micros(cost), subtask: subtask.map(SubtaskIndex) }.into()
}

fn completed() -> Event {
    TaskCompleted { task: id("t1"), cost: micros(0) }.into()
}

/// Subtasks of this kind, and what each needs.
fn plan(work: WorkKind, needs: &[&[u16]]) -> Event {
    let subtask = |(index, needs): (u16, &&[u16])| PlannedSubtask {
        index: SubtaskIndex(index),
        work,
        depends_on: needs.iter().copied().map(SubtaskIndex).collect(),
        ..planned().subtasks[0].clone()
    };
    TaskPlanned { subtasks: (0..).zip(needs).map(subtask).collect(), ..planned() }.into()
}

fn lease(subtask: u16, attempt: u16) -> Event {
    SubtaskLeased { subtask: SubtaskIndex(subtask), attempt, ..leased() }.into()
}

/// A result that took no time: nothing is owed for it.
fn delivered(subtask: u16, attempt: u16, verdict: Verdict) -> Event {
    let (subtask, paid_ms, cost) = (SubtaskIndex(subtask), 0, micros(0));
    SubtaskFinished { subtask, attempt, verdict, paid_ms, cost, ..finished() }.into()
}

fn back(attempt: u16, reason: ReturnReason) -> Event {
    SubtaskReturned { task: id("t1"), subtask: SubtaskIndex(0), attempt, agent: id("worker-1"), reason }.into()
}

fn escalated() -> Event {
    TaskEscalated { task: id("t1"), subtask: SubtaskIndex(0) }.into()
}

fn revised() -> Event {
    SubtaskRevised { task: id("t1"), subtask: SubtaskIndex(0), content: BlobRef([6; 32]) }.into()
}

/// A submitted task and these appends; what is left of its budget comes back with its end.
fn story(appends: &[&[Event]]) -> Vec<Draft> {
    let mut drafts = honest();
    drafts.truncate(at::PLANNED);
    for (append, at_ms) in appends.iter().zip((2_000..).step_by(100)) {
        for event in *append {
            drafts.push(match event {
                Event::SubtaskFinished(finished) => signed(at_ms, finished),
                other => draft(at_ms, task_stream(), other),
            });
            if matches!(event, Event::TaskCompleted(_) | Event::TaskFailed(_) | Event::TaskCancelled(_)) {
                drafts.push(draft(at_ms, wallet("ann"), &released(BUDGET.micros())));
            }
        }
    }
    drafts
}

async fn verdict_of(drafts: &[Draft]) -> (Ledger, serde_json::Value) {
    let rows = chain(drafts);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    let (_, document) = ledger.verify(&[]);
    (ledger, document)
}

async fn honest_story(appends: &[&[Event]]) {
    let (_, document) = verdict_of(&story(appends)).await;
    assert_eq!(document["verdict"], "OK", "{document:#}");
}

/// The rule is broken by the event in this place of the story.
async fn broken_story(appends: &[&[Event]], place: usize) {
    let (ledger, _) = verdict_of(&story(appends)).await;
    ledger.expect(1, "RULE BROKEN", Some((at::PLANNED + place).try_into().unwrap()));
}

const ONE: &[&[u16]] = &[&[]];
const PASSED: Verdict = Verdict::Passed;
const FAILED: Verdict = Verdict::Failed;

#[tokio::test]
async fn a_task_is_completed_when_all_of_it_has_passed() {
    let two = [plan(WorkKind::Program, &[&[], &[]])];
    let first = [lease(0, 1), delivered(0, 1, PASSED)];
    honest_story(&[&two, &first, &[lease(1, 1)], &[delivered(1, 1, PASSED), completed()]]).await;
    honest_story(&[&two, &first, &[cancelled(0)]]).await;
    broken_story(&[&two, &first, &[completed()]], 3).await;
    broken_story(&[&two, &first, &[lease(1, 1)], &[delivered(1, 1, PASSED)], &[completed()]], 4).await;
    broken_story(&[&two, &first, &[delivered(0, 1, PASSED)]], 3).await;
    broken_story(&[&two, &first, &[lease(0, 2)]], 3).await;
    broken_story(&[&[plan(WorkKind::Program, ONE)], &[completed()]], 1).await;
}

#[tokio::test]
async fn a_task_fails_for_a_reason_that_holds() {
    for reason in [FailReason::PlanningFailed, FailReason::NoModel] {
        honest_story(&[&[failed(reason, 0)]]).await;
        broken_story(&[&[plan(WorkKind::Prompt, ONE)], &[failed(reason, 0)]], 1).await;
    }
    for reason in [FailReason::ProgramFailed, FailReason::AttemptsExhausted] {
        broken_story(&[&[plan(WorkKind::Prompt, ONE)], &[failed(reason, 0)]], 1).await;
    }
}

#[tokio::test]
async fn a_budget_is_exhausted_where_it_pays_for_no_lease() {
    let end = |budget_micros: u64| {
        let mut drafts = story(&[&[plan(WorkKind::Program, ONE)], &[failed(FailReason::BudgetExhausted, 0)]]);
        let issued = CreditsIssued { account: id("ann"), amount: micros(budget_micros), reason: IssueReason::Faucet };
        put(&mut drafts, at::ISSUED, issued);
        put(&mut drafts, at::SUBMITTED, budget(budget_micros));
        put(&mut drafts, at::RESERVED, reserved(budget_micros));
        *drafts.last_mut().unwrap() = draft(2_100, wallet("ann"), &released(budget_micros));
        drafts
    };
    let (_, document) = verdict_of(&end(1_599_999)).await;
    assert_eq!(document["verdict"], "OK", "{document:#}");
    let (ledger, _) = verdict_of(&end(1_600_000)).await;
    ledger.expect(1, "RULE BROKEN", Some((at::PLANNED + 1).try_into().unwrap()));
}

#[tokio::test]
async fn who_pays_for_a_task_an_operator_or_the_program_cancels_it() {
    let by = |actor| {
        let mut drafts = story(&[&[cancelled(0)]]);
        drafts[at::PLANNED].actor = actor;
        drafts
    };
    for actor in ["operator:admin", "account:ann", "system:scheduler"] {
        let (_, document) = verdict_of(&by(actor)).await;
        assert_eq!(document["verdict"], "OK", "{document:#}");
    }
    for actor in ["account:bob", "agent:worker-1"] {
        let (ledger, _) = verdict_of(&by(actor)).await;
        ledger.expect(1, "RULE BROKEN", Some(at::PLANNED.try_into().unwrap()));
    }
}

fn reviewed(decision: ReviewDecision, content: Option<u8>) -> Event {
    TaskReviewed { task: id("t1"), decision, content: content.map(|byte| BlobRef([byte; 32])) }.into()
}

#[tokio::test]
async fn a_completed_task_is_reviewed_in_words_unless_it_is_accepted() {
    use ReviewDecision::{Accepted, Edited, Rejected};
    let program = [plan(WorkKind::Program, ONE)];
    let done = [lease(0, 1), delivered(0, 1, PASSED), completed()];
    let words = [reviewed(Rejected, Some(1)), reviewed(Edited, Some(2)), reviewed(Accepted, None)];
    honest_story(&[&program, &done, &words]).await;
    // Behind the plan, the lease, the result, the end and the credit that comes back.
    for wrong in [reviewed(Rejected, None), reviewed(Edited, None), reviewed(Accepted, Some(1))] {
        broken_story(&[&program, &done, &[wrong]], 5).await;
    }
    broken_story(&[&program, &[reviewed(Accepted, None)]], 1).await;
    broken_story(&[&program, &[cancelled(0)], &[reviewed(Accepted, None)]], 3).await;
    let often = vec![reviewed(Rejected, Some(1)); 33];
    honest_story(&[&program, &done, &often[..32]]).await;
    broken_story(&[&program, &done, &often], 5 + 32).await;
}

#[tokio::test]
async fn only_who_pays_for_a_task_reviews_it() {
    let program = [plan(WorkKind::Program, ONE)];
    let done = [lease(0, 1), delivered(0, 1, PASSED), completed()];
    for actor in ["account:bob", "operator:admin", "system:scheduler", "agent:worker-1"] {
        let mut drafts = story(&[&program, &done, &[reviewed(ReviewDecision::Accepted, None)]]);
        drafts.last_mut().unwrap().actor = actor;
        let (ledger, _) = verdict_of(&drafts).await;
        ledger.expect(1, "RULE BROKEN", Some((at::PLANNED + 5).try_into().unwrap()));
    }
}

#[tokio::test]
async fn a_subtask_waits_for_those_that_it_needs() {
    let chained = [plan(WorkKind::Program, &[&[], &[0]])];
    let first = [lease(0, 1), delivered(0, 1, PASSED)];
    honest_story(&[&chained, &first, &[lease(1, 1)]]).await;
    broken_story(&[&chained, &[lease(1, 1)]], 1).await;
    broken_story(&[&chained, &[lease(0, 1)], &[lease(1, 1)]], 2).await;
}

#[tokio::test]
async fn a_plan_has_one_to_ten_subtasks_in_their_places_that_need_earlier_ones() {
    honest_story(&[&[plan(WorkKind::Program, &[&[][..]; 10])]]).await;
    for needs in [&[][..], &[&[][..]; 11], &[&[0]], &[&[1], &[]], &[&[], &[2]]] {
        broken_story(&[&[plan(WorkKind::Program, needs)]], 0).await;
    }
    let mut displaced = planned();
    displaced.subtasks[0].index = SubtaskIndex(1);
    broken_story(&[&[displaced.into()]], 0).await;
}

fn exhausted() -> Event {
    failed(FailReason::AttemptsExhausted, 0)
}

/// Three machines fail with a prompt.
fn three_failures() -> [Event; 6] {
    let try_of = |attempt| [lease(0, attempt), delivered(0, attempt, FAILED)];
    let [first, second, third] = [1, 2, 3].map(try_of);
    [first, second, third].concat().try_into().unwrap()
}

#[tokio::test]
async fn three_machines_try_a_prompt_then_better_code_is_tried_once() {
    let prompt = [plan(WorkKind::Prompt, ONE)];
    let tried = three_failures();
    let asked = [&tried[..], &[escalated()]].concat();
    let again = [revised(), lease(0, 4)];
    let passed = [delivered(0, 4, PASSED), completed()];
    honest_story(&[&prompt, &asked, &again, &passed]).await;
    honest_story(&[&prompt, &asked, &again, &[delivered(0, 4, FAILED), exhausted()]]).await;
    honest_story(&[&prompt, &asked, &again, &[back(4, ReturnReason::LeaseExpired), exhausted()]]).await;
    honest_story(&[&prompt, &asked, &[exhausted()]]).await;
    honest_story(&[&prompt, &asked, &[cancelled(0)]]).await;
    broken_story(&[&prompt, &tried, &[lease(0, 4)]], 6).await;
    broken_story(&[&prompt, &tried[..4], &[escalated()]], 5).await;
    broken_story(&[&prompt, &asked, &[lease(0, 4)]], 8).await;
    broken_story(&[&prompt, &tried[..4], &[revised()]], 5).await;
    broken_story(&[&prompt, &asked, &again, &[delivered(0, 4, FAILED)], &[lease(0, 5)]], 10).await;
}

fn answered() -> Event {
    TaskAnswered { task: id("t1"), subtask: SubtaskIndex(0), content: BlobRef([7; 32]) }.into()
}

#[tokio::test]
async fn what_the_owner_of_a_task_answers_is_tried_once_more_three_times_at_most() {
    let prompt = [plan(WorkKind::Prompt, ONE)];
    let asked = [&three_failures()[..], &[escalated()]].concat();
    let again = |attempt| [answered(), lease(0, attempt), delivered(0, attempt, FAILED), escalated()];
    let thrice = [again(4), again(5), again(6)].concat();
    honest_story(&[&prompt, &asked, &[answered(), lease(0, 4)], &[delivered(0, 4, PASSED), completed()]]).await;
    honest_story(&[&prompt, &asked, &thrice, &[exhausted()]]).await;
    broken_story(&[&prompt, &asked, &thrice, &[answered()]], 8 + 12).await;
    broken_story(&[&prompt, &[answered()]], 1).await;
    broken_story(&[&prompt, &asked, &[answered(), answered()]], 9).await;
    let mut drafts = story(&[&prompt, &asked, &[answered()]]);
    drafts.last_mut().unwrap().actor = "system:escalation";
    let (ledger, _) = verdict_of(&drafts).await;
    ledger.expect(1, "RULE BROKEN", Some((at::PLANNED + 8).try_into().unwrap()));
}

#[tokio::test]
async fn a_task_that_failed_names_the_subtask_that_failed() {
    let prompts = [plan(WorkKind::Prompt, &[&[], &[]])];
    let asked = [&three_failures()[..], &[escalated()]].concat();
    let by = |subtask| failed_by(subtask, FailReason::AttemptsExhausted, 0);
    honest_story(&[&prompts, &asked, &[by(Some(0))]]).await;
    for wrong in [None, Some(1), Some(2)] {
        broken_story(&[&prompts, &asked, &[by(wrong)]], 8).await;
    }
    let programs = [plan(WorkKind::Program, &[&[], &[]])];
    let by = |subtask| failed_by(subtask, FailReason::ProgramFailed, 0);
    honest_story(&[&programs, &[lease(1, 1), delivered(1, 1, FAILED), by(Some(1))]]).await;
    for wrong in [None, Some(0)] {
        broken_story(&[&programs, &[lease(1, 1), delivered(1, 1, FAILED), by(wrong)]], 2).await;
    }
}

#[tokio::test]
async fn the_first_schema_of_a_failure_names_no_subtask() {
    let asked = [&three_failures()[..], &[escalated()]].concat();
    let mut drafts =
        story(&[&[plan(WorkKind::Prompt, ONE)], &asked, &[failed_by(None, FailReason::AttemptsExhausted, 0)]]);
    let failed = drafts.iter_mut().find(|it| it.kind == "task.failed").unwrap();
    // An array of four that ends with nil becomes the array of three that it was.
    assert_eq!((failed.payload[0], failed.payload.pop()), (0x94, Some(0xc0)));
    (failed.payload[0], failed.schema) = (0x93, 1);
    let (_, document) = verdict_of(&drafts).await;
    assert_eq!(document["verdict"], "OK", "{document:#}");
}

/// A lease that comes back so often for this reason.
fn comes_back(times: u16, reason: ReturnReason) -> Vec<Event> {
    (1..=times).flat_map(|attempt| [lease(0, attempt), back(attempt, reason)]).collect()
}

#[tokio::test]
async fn a_subtask_that_comes_back_too_often_fails_its_task() {
    let program = [plan(WorkKind::Program, ONE)];
    for (reason, most) in [
        // One owner's silence: one attempt, and then sixteen leases that are none.
        (ReturnReason::LeaseExpired, 17),
        (ReturnReason::AgentBlacklisted, 3),
        (ReturnReason::SnapshotUnavailable, 3),
        (ReturnReason::AgentUnable, 16),
        (ReturnReason::AgentDrained, 16),
        (ReturnReason::ModelUnavailable, 16),
        (ReturnReason::SandboxUnavailable, 16),
    ] {
        let (fewer, last) = (comes_back(most - 1, reason), comes_back(most, reason));
        let place = usize::from(most) * 2;
        honest_story(&[&program, &[fewer.clone(), vec![lease(0, most)]].concat()]).await;
        honest_story(&[&program, &[last.clone(), vec![exhausted()]].concat()]).await;
        broken_story(&[&program, &last, &[lease(0, most + 1)]], place).await;
        broken_story(&[&program, &fewer, &[exhausted()]], place - 1).await;
    }
}
