use super::decide::unpaid;
use super::*;
use crate::{Aggregate, price, wallet::Wallet};
use edgecoder_events::{
    Event, NewEvent, ProjectId, StreamName, TaskId,
    credit::{CreditsEarned, CreditsIssued, CreditsReleased, CreditsReserved, CreditsSpent, IssueReason},
    task::{FailReason, Language, ResourceClass, ReviewDecision, WorkKind},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NOW: UnixMillis = UnixMillis(1_000_000);
const PRICE: MicroCredits = MicroCredits::from_micros(1_000);
const FIRST: SubtaskIndex = SubtaskIndex(0);

fn agent(n: u8) -> AgentId {
    AgentId::new(format!("worker-{n}")).unwrap()
}

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn submitted(work: WorkKind, budget: u64) -> TaskSubmitted {
    TaskSubmitted {
        task: TaskId::new("t").unwrap(),
        account: account("ann"),
        project: ProjectId::new("default").unwrap(),
        work,
        language: Language::Python,
        resource: ResourceClass::Cpu,
        priority: 50,
        requested_model: None,
        content: BlobRef([1; 32]),
        budget: MicroCredits::from_micros(budget),
        conversation: None,
    }
}

fn piece(index: u16, work: WorkKind, depends_on: &[u16]) -> PlannedSubtask {
    PlannedSubtask {
        index: SubtaskIndex(index),
        work,
        language: Language::Python,
        content: BlobRef([2; 32]),
        depends_on: depends_on.iter().copied().map(SubtaskIndex).collect(),
        timeout_ms: 30_000,
    }
}

fn lease(index: u16, by: u8, at_ms: u64) -> TaskCommand {
    lease_for("bob", index, by, at_ms)
}

fn lease_for(owner: &str, index: u16, by: u8, at_ms: u64) -> TaskCommand {
    TaskCommand::Lease(LeaseSubtask {
        subtask: SubtaskIndex(index),
        agent: agent(by),
        payee: account(owner),
        now: NOW.plus_ms(at_ms),
        price_per_ms: PRICE,
    })
}

fn finish(index: u16, attempt: u16, by: u8, verdict: Verdict, at_ms: u64) -> TaskCommand {
    TaskCommand::Finish(FinishSubtask {
        subtask: SubtaskIndex(index),
        attempt,
        agent: agent(by),
        verdict,
        report: BlobRef([3; 32]),
        report_digest: Digest([4; 32]),
        reported_ms: u64::MAX,
        now: NOW.plus_ms(at_ms),
    })
}

fn take_back(index: u16, attempt: u16, by: u8) -> TaskCommand {
    come_back(index, attempt, by, ReturnReason::LeaseExpired)
}

fn come_back(index: u16, attempt: u16, by: u8, reason: ReturnReason) -> TaskCommand {
    TaskCommand::Return(ReturnSubtask { subtask: SubtaskIndex(index), attempt, agent: agent(by), reason, now: NOW })
}

/// Runs commands that must all be accepted; the state and every event after them.
fn run(commands: impl IntoIterator<Item = TaskCommand>) -> (Task, Vec<Event>) {
    let mut task = Task::default();
    let mut all = vec![];
    for command in commands {
        let events = unpaid(&task, command.clone()).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        for event in &events {
            task.evolve(event);
        }
        all.extend(events);
    }
    (task, all)
}

fn planned(work: WorkKind, budget: u64, pieces: &[PlannedSubtask]) -> Vec<TaskCommand> {
    let plan = TaskCommand::Plan { planner: Planner::Submission, subtasks: pieces.to_vec() };
    vec![TaskCommand::Submit(submitted(work, budget)), plan]
}

fn program() -> Vec<TaskCommand> {
    planned(WorkKind::Program, 100_000_000, &[piece(0, WorkKind::Program, &[])])
}

fn prompt() -> Vec<TaskCommand> {
    planned(WorkKind::Prompt, 500_000_000, &[piece(0, WorkKind::Prompt, &[])])
}

#[test]
fn a_prompt_that_gets_no_plan_ends_with_the_reason() {
    for reason in [FailReason::PlanningFailed, FailReason::NoModel] {
        let submit = TaskCommand::Submit(submitted(WorkKind::Prompt, 1_000));
        let (task, _) = run([submit, TaskCommand::AbandonPlanning { reason, now: NOW }]);
        assert_eq!(task.ending(), Some(Ending::Failed(reason)));
    }
}

#[test]
fn a_result_is_paid_for_at_most_the_leases_own_wall_clock() {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), finish(0, 1, 1, Verdict::Passed, 2_500)]);
    let (task, _) = run(steps);
    assert_eq!(task.spent(), price::of_time(2_500, PRICE), "the machine reported u64::MAX milliseconds");
    assert_eq!(task.ending(), Some(Ending::Completed));
}

#[test]
fn a_result_is_accepted_once_and_from_the_lease_holder_only() {
    let mut steps =
        planned(WorkKind::Program, 100_000_000, &[piece(0, WorkKind::Program, &[]), piece(1, WorkKind::Program, &[])]);
    steps.push(lease(0, 1, 0));
    let (task, _) = run(steps.clone());
    assert_eq!(decide(&task, finish(0, 1, 2, Verdict::Passed, 5)), Err(TaskRefusal::NotLeaseHolder));
    assert_eq!(decide(&task, finish(0, 2, 1, Verdict::Passed, 5)), Err(TaskRefusal::NotLeaseHolder));
    steps.push(finish(0, 1, 1, Verdict::Passed, 5));
    let (task, _) = run(steps);
    assert_eq!(decide(&task, finish(0, 1, 1, Verdict::Passed, 6)), Err(TaskRefusal::LeaseOver));
}

#[test]
fn a_program_whose_tests_fail_ends_its_task_as_failed() {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), finish(0, 1, 1, Verdict::Failed, 1_000)]);
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::ProgramFailed)));
    assert_eq!(task.spent(), MicroCredits::from_micros(600_000), "six tenths of a second");
}

#[test]
fn a_prompt_is_tried_by_three_machines_then_escalated_then_tried_once_more() {
    let mut steps = prompt();
    for attempt in 1..=3u16 {
        let by = u8::try_from(attempt).unwrap();
        steps.extend([lease(0, by, 0), finish(0, attempt, by, Verdict::Failed, 10)]);
    }
    let (task, events) = run(steps.clone());
    assert!(matches!(events.last(), Some(Event::TaskEscalated(_))));
    assert_eq!(decide(&task, lease(0, 4, 20)), Err(TaskRefusal::NotReady));
    steps.extend([TaskCommand::Revise { subtask: FIRST, content: BlobRef([9; 32]) }, lease(0, 4, 30)]);
    steps.push(finish(0, 4, 4, Verdict::Failed, 40));
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::AttemptsExhausted)));
}

/// A prompt that three machines failed with.
fn escalated() -> Vec<TaskCommand> {
    let mut steps = prompt();
    for attempt in 1..=3u16 {
        let by = u8::try_from(attempt).unwrap();
        steps.extend([lease(0, by, 0), finish(0, attempt, by, Verdict::Failed, 10)]);
    }
    steps
}

fn answer() -> TaskCommand {
    TaskCommand::Answer { subtask: FIRST, content: BlobRef([9; 32]) }
}

#[test]
fn an_answer_is_tried_once_more_and_its_failure_asks_again_until_there_were_three() {
    let mut steps = escalated();
    for attempt in 4..4 + MAX_ANSWERS {
        steps.extend([answer(), lease(0, 4, 20)]);
        let (task, _) = run(steps.clone());
        assert_eq!(task.subtask(FIRST).unwrap().content, BlobRef([9; 32]));
        steps.push(finish(0, attempt, 4, Verdict::Failed, 30));
        let (task, _) = run(steps.clone());
        assert_eq!(task.subtask(FIRST).unwrap().state, SubtaskState::Escalated, "after attempt {attempt}");
    }
    let (task, _) = run(steps.clone());
    assert_eq!(decide(&task, answer()), Err(TaskRefusal::AnsweredTooOften));
    steps.push(TaskCommand::AbandonRevision { subtask: FIRST, now: NOW });
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::AttemptsExhausted)));
}

#[test]
fn an_answer_that_is_solved_completes_its_task() {
    let mut steps = escalated();
    steps.extend([answer(), lease(0, 4, 20), finish(0, 4, 4, Verdict::Passed, 30)]);
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Completed));
}

#[test]
fn only_what_waits_for_better_code_is_answered() {
    let (task, _) = run(prompt());
    assert_eq!(decide(&task, answer()), Err(TaskRefusal::NotEscalated));
    let mut steps = escalated();
    steps.push(answer());
    let (task, _) = run(steps);
    assert_eq!(decide(&task, answer()), Err(TaskRefusal::NotEscalated), "it was answered, and waits for a machine");
}

#[test]
fn leases_that_run_out_with_three_owners_fail_the_task() {
    let mut steps = program();
    for (attempt, owner) in (1..).zip(["bob", "cleo", "dan"]) {
        steps.extend([lease_for(owner, 0, 1, 0), take_back(0, attempt, 1)]);
    }
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::AttemptsExhausted)));
}

#[test]
fn the_silence_of_one_owners_machines_uses_up_one_attempt() {
    let mut steps = prompt();
    for attempt in 1..=MAX_UNUSED_LEASES {
        let by = u8::try_from(attempt % 2).unwrap();
        steps.extend([lease(0, by, 0), take_back(0, attempt, by)]);
    }
    for attempt in MAX_UNUSED_LEASES + 1..MAX_UNUSED_LEASES + MAX_ATTEMPTS {
        let (task, _) = run(steps.clone());
        assert_eq!(task.subtask(FIRST).unwrap().state, SubtaskState::Waiting, "before attempt {attempt}");
        steps.extend([lease_for("cleo", 0, 3, 0), finish(0, attempt, 3, Verdict::Failed, 10)]);
    }
    let (task, _) = run(steps);
    assert_eq!(task.subtask(FIRST).unwrap().state, SubtaskState::Escalated, "the silence was an attempt, too");
}

#[test]
fn one_owners_silence_for_ever_fails_the_task() {
    let mut steps = program();
    for attempt in 1..=MAX_UNUSED_LEASES + 1 {
        let (task, _) = run(steps.clone());
        assert_eq!(task.ending(), None, "before lease {attempt}");
        steps.extend([lease(0, 1, 0), take_back(0, attempt, 1)]);
    }
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::AttemptsExhausted)));
}

#[test]
fn a_silence_that_ends_with_a_late_result_was_an_attempt() {
    let mut steps = prompt();
    for (attempt, delivers) in [(1, false), (2, true), (3, false), (4, true)] {
        let (task, _) = run(steps.clone());
        assert_eq!(task.subtask(FIRST).unwrap().state, SubtaskState::Waiting, "before lease {attempt}");
        steps.extend([lease(0, 1, 0), take_back(0, attempt, 1)]);
        steps.extend(delivers.then(|| finish(0, attempt, 1, Verdict::Failed, 10)));
    }
    let (task, _) = run(steps);
    let subtask = task.subtask(FIRST).unwrap();
    assert_eq!((subtask.attempts, subtask.unused_leases), (4, 1), "one silence and two results were attempts");
    assert_eq!(subtask.state, SubtaskState::Escalated);
}

#[test]
fn a_snapshot_that_answers_no_machine_fails_the_task_after_three_tries() {
    let mut steps = program();
    for attempt in 1..=MAX_ATTEMPTS {
        let (task, _) = run(steps.clone());
        assert_eq!(task.ending(), None, "before lease {attempt}");
        steps.extend([lease(0, 1, 0), come_back(0, attempt, 1, ReturnReason::SnapshotUnavailable)]);
    }
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::AttemptsExhausted)));
}

#[test]
fn a_lease_that_is_given_back_unused_uses_up_no_attempt() {
    let mut steps = prompt();
    for attempt in 1..MAX_UNUSED_LEASES {
        let reason = match attempt % 4 {
            0 => ReturnReason::AgentUnable,
            1 => ReturnReason::ModelUnavailable,
            2 => ReturnReason::SandboxUnavailable,
            _ => ReturnReason::AgentDrained,
        };
        steps.extend([lease(0, 1, 0), come_back(0, attempt, 1, reason)]);
    }
    for attempt in MAX_UNUSED_LEASES..MAX_UNUSED_LEASES + MAX_ATTEMPTS {
        let (task, _) = run(steps.clone());
        assert_eq!(task.subtask(FIRST).unwrap().state, SubtaskState::Waiting, "before attempt {attempt}");
        steps.extend([lease(0, 2, 0), finish(0, attempt, 2, Verdict::Failed, 10)]);
    }
    let (task, _) = run(steps);
    assert_eq!(task.subtask(FIRST).unwrap().state, SubtaskState::Escalated, "all of its attempts were made");
}

#[test]
fn a_subtask_that_is_given_back_unused_for_ever_fails_its_task() {
    let mut steps = program();
    for attempt in 1..=MAX_UNUSED_LEASES {
        let (task, _) = run(steps.clone());
        assert_eq!(task.ending(), None, "before lease {attempt}");
        steps.extend([lease(0, 1, 0), come_back(0, attempt, 1, ReturnReason::AgentUnable)]);
    }
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::AttemptsExhausted)));
}

#[test]
fn a_subtask_waits_for_those_that_it_depends_on() {
    let pieces = [piece(0, WorkKind::Program, &[]), piece(1, WorkKind::Program, &[0])];
    let mut steps = planned(WorkKind::Program, 100_000_000, &pieces);
    let (task, _) = run(steps.clone());
    assert_eq!(decide(&task, lease(1, 1, 0)), Err(TaskRefusal::NotReady));
    steps.extend([lease(0, 1, 0), finish(0, 1, 1, Verdict::Passed, 5), lease(1, 1, 6)]);
    run(steps);
}

/// What is said of a plan for a task that has none.
fn plan_of(subtasks: Vec<PlannedSubtask>) -> Result<Vec<Event>, TaskRefusal> {
    let (task, _) = run([TaskCommand::Submit(submitted(WorkKind::Program, 1))]);
    unpaid(&task, TaskCommand::Plan { planner: Planner::Model, subtasks })
}

#[test]
fn a_subtask_depends_on_earlier_ones_only() {
    let alone = |index, needs: &[u16]| piece(index, WorkKind::Program, needs);
    let refused = |index| Err(TaskRefusal::Plan(PlanError::Dependency(SubtaskIndex(index))));
    assert_eq!(plan_of(vec![alone(0, &[1]), alone(1, &[0])]), refused(0), "a cycle");
    assert_eq!(plan_of(vec![alone(0, &[]), alone(1, &[1])]), refused(1), "on itself");
    assert_eq!(plan_of(vec![alone(0, &[]), alone(1, &[2]), alone(2, &[])]), refused(1), "on a later one");
    assert_eq!(plan_of(vec![alone(0, &[]), alone(1, &[7])]), refused(1), "on one that is not there");
    assert_eq!(plan_of(vec![alone(0, &[]), alone(1, &[0, 0])]), refused(1), "twice on the same");
    assert!(plan_of(vec![alone(0, &[]), alone(1, &[0]), alone(2, &[0, 1])]).is_ok());
}

#[test]
fn a_plan_has_one_to_ten_subtasks_in_their_places() {
    let pieces = |count: u16| (0..count).map(|index| piece(index, WorkKind::Program, &[])).collect::<Vec<_>>();
    assert_eq!(plan_of(vec![]), Err(TaskRefusal::Plan(PlanError::Count(0))));
    assert_eq!(plan_of(pieces(11)), Err(TaskRefusal::Plan(PlanError::Count(11))));
    assert!(plan_of(pieces(10)).is_ok());
    let misnumbered = vec![piece(0, WorkKind::Program, &[]), piece(2, WorkKind::Program, &[])];
    assert_eq!(plan_of(misnumbered), Err(TaskRefusal::Plan(PlanError::Numbering(SubtaskIndex(2)))));
}

#[test]
fn a_planned_subtask_runs_a_bounded_time() {
    let of_timeout = |timeout_ms| plan_of(vec![PlannedSubtask { timeout_ms, ..piece(0, WorkKind::Program, &[]) }]);
    for timeout_ms in [0, MAX_TIMEOUT_MS + 1] {
        assert_eq!(of_timeout(timeout_ms), Err(TaskRefusal::Plan(PlanError::Timeout(FIRST))));
    }
    assert!(of_timeout(1).is_ok() && of_timeout(MAX_TIMEOUT_MS).is_ok());
}

#[test]
fn a_task_without_a_budget_is_refused() {
    let submit = TaskCommand::Submit(submitted(WorkKind::Program, 0));
    assert_eq!(decide(&Task::default(), submit), Err(TaskRefusal::NoBudget));
}

#[test]
fn a_lease_that_is_over_is_given_back_without_an_event() {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), take_back(0, 1, 1)]);
    let (waiting, _) = run(steps.clone());
    assert_eq!(decide(&waiting, take_back(0, 1, 1)), Ok(vec![]));
    assert_eq!(decide(&waiting, take_back(0, 2, 1)), Err(TaskRefusal::NotLeaseHolder), "never granted");
    steps.push(TaskCommand::Cancel { now: NOW });
    let (cancelled, _) = run(steps);
    assert_eq!(decide(&cancelled, take_back(0, 1, 1)), Ok(vec![]));
    assert_eq!(decide(&cancelled, take_back(0, 2, 1)), Err(TaskRefusal::NotLeaseHolder), "never granted");
}

#[test]
fn a_late_result_is_taken_while_nobody_else_has_the_subtask() {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), take_back(0, 1, 1), finish(0, 1, 1, Verdict::Passed, 90_000)]);
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Completed));
    assert_eq!(task.spent(), price::of_time(30_000, PRICE), "for the lease's own time, not for that after it");
}

#[test]
fn a_late_result_pays_the_owner_of_the_machine() {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), take_back(0, 1, 1)]);
    let (task, _) = run(steps);
    let events = decide(&task, finish(0, 1, 1, Verdict::Passed, 2_500)).unwrap();
    let earned = events.iter().find_map(|new| if let Event::CreditsEarned(it) = &new.event { Some(it) } else { None });
    assert_eq!(earned.map(|it| (&it.account, it.amount)), Some((&account("bob"), price::of_time(2_500, PRICE))));
}

#[test]
fn a_late_result_is_refused_from_another_machine_and_once_the_subtask_was_taken_or_delivered() {
    let mut steps = prompt();
    steps.extend([lease(0, 1, 0), take_back(0, 1, 1)]);
    let (waiting, _) = run(steps.clone());
    let late = finish(0, 1, 1, Verdict::Failed, 10);
    assert_eq!(decide(&waiting, finish(0, 1, 2, Verdict::Passed, 10)), Err(TaskRefusal::LeaseOver));
    let (taken, _) = run([steps.clone(), vec![lease(0, 2, 0)]].concat());
    assert_eq!(decide(&taken, late.clone()), Err(TaskRefusal::LeaseOver));
    let (delivered, _) = run([steps, vec![late.clone()]].concat());
    assert_eq!(decide(&delivered, late), Err(TaskRefusal::LeaseOver));
}

#[test]
fn a_lease_that_the_machine_gave_back_or_lost_by_a_blacklisting_takes_no_result() {
    for reason in [ReturnReason::AgentUnable, ReturnReason::AgentDrained, ReturnReason::AgentBlacklisted] {
        let mut steps = program();
        steps.extend([lease(0, 1, 0), come_back(0, 1, 1, reason)]);
        let (task, _) = run(steps);
        assert_eq!(decide(&task, finish(0, 1, 1, Verdict::Passed, 5)), Err(TaskRefusal::LeaseOver), "{reason:?}");
    }
}

#[test]
fn a_late_result_is_paid_from_what_other_leases_leave_of_the_budget() {
    let pieces = [piece(0, WorkKind::Program, &[]), piece(1, WorkKind::Program, &[])];
    let mut steps = planned(WorkKind::Program, 31_000_000, &pieces);
    steps.extend([lease(0, 1, 0), take_back(0, 1, 1), lease(1, 2, 0), finish(0, 1, 1, Verdict::Passed, 20_000)]);
    let (task, _) = run(steps);
    assert_eq!(task.spent(), price::of_time(1_000, PRICE));
}

#[test]
fn a_result_moves_its_cost_from_the_submitter_to_the_owner_of_the_machine() {
    let mut steps = program();
    steps.push(lease(0, 1, 0));
    let (task, _) = run(steps);
    let events = decide(&task, finish(0, 1, 1, Verdict::Passed, 2_500)).unwrap();
    let (ann, bob, id) = (account("ann"), account("bob"), TaskId::new("t").unwrap());
    let (cost, rest) = (MicroCredits::from_micros(2_500_000), MicroCredits::from_micros(97_500_000));
    let spent = CreditsSpent {
        account: ann.clone(),
        task: id.clone(),
        subtask: FIRST,
        attempt: 1,
        amount: cost,
        payee: bob.clone(),
    };
    let earned = CreditsEarned {
        account: bob.clone(),
        agent: agent(1),
        task: id.clone(),
        subtask: FIRST,
        attempt: 1,
        amount: cost,
        payer: ann.clone(),
    };
    let released = CreditsReleased { account: ann.clone(), task: id, amount: rest };
    let expected = [
        NewEvent { stream: StreamName::credits(&ann), event: spent.into() },
        NewEvent { stream: StreamName::credits(&bob), event: earned.into() },
        NewEvent { stream: StreamName::credits(&ann), event: released.into() },
    ];
    assert_eq!(events[events.len() - 3..], expected);
}

#[test]
fn a_lease_never_binds_more_than_the_budget() {
    let pieces = [piece(0, WorkKind::Program, &[]), piece(1, WorkKind::Program, &[])];
    let mut steps = planned(WorkKind::Program, 31_000_000, &pieces);
    steps.push(lease(0, 1, 0));
    let (task, _) = run(steps.clone());
    assert_eq!(task.budget_free(), MicroCredits::from_micros(1_000_000));
    steps.push(lease(1, 2, 0));
    let (task, _) = run(steps);
    assert_eq!(task.lease(SubtaskIndex(1)).unwrap().limit_ms, 1_000);
}

#[test]
fn a_budget_that_pays_for_no_lease_fails_the_task() {
    let mut steps = planned(WorkKind::Program, 999_999, &[piece(0, WorkKind::Program, &[])]);
    steps.push(lease(0, 1, 0));
    let (task, _) = run(steps);
    assert_eq!(task.ending(), Some(Ending::Failed(FailReason::BudgetExhausted)));
}

#[test]
fn cancelling_pays_the_machines_that_were_at_work_and_cancelling_twice_records_once() {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), TaskCommand::Cancel { now: NOW.plus_ms(400) }]);
    let (task, _) = run(steps.clone());
    assert_eq!(task.spent(), price::of_time(400, PRICE));
    assert_eq!(decide(&task, TaskCommand::Cancel { now: NOW }), Ok(vec![]));
    assert_eq!(decide(&task, finish(0, 1, 1, Verdict::Passed, 500)), Err(TaskRefusal::Ended(Ending::Cancelled)));
}

fn completed() -> Vec<TaskCommand> {
    let mut steps = program();
    steps.extend([lease(0, 1, 0), finish(0, 1, 1, Verdict::Passed, 1_000)]);
    steps
}

#[test]
fn the_last_word_of_a_review_counts_and_yes_is_said_once() {
    let mut steps = completed();
    let edit = TaskCommand::Review(Review::Edit { diff: BlobRef([5; 32]) });
    steps.extend([edit, TaskCommand::Review(Review::Accept)]);
    let (task, events) = run(steps.clone());
    assert_eq!((task.review(), task.reviews()), (Some(ReviewDecision::Accepted), 2));
    assert!(matches!(events.last(), Some(Event::TaskReviewed(it)) if it.content.is_none()));
    assert_eq!(decide(&task, TaskCommand::Review(Review::Accept)), Ok(vec![]));
    steps.push(TaskCommand::Review(Review::Reject { reason: BlobRef([6; 32]) }));
    let (task, events) = run(steps);
    assert_eq!(task.review(), Some(ReviewDecision::Rejected));
    assert!(matches!(events.last(), Some(Event::TaskReviewed(it)) if it.content == Some(BlobRef([6; 32]))));
    assert_eq!(task.ending(), Some(Ending::Completed), "a review ends nothing and begins nothing");
}

#[test]
fn only_what_a_completed_task_brought_is_reviewed() {
    let review = TaskCommand::Review(Review::Accept);
    assert_eq!(decide(&Task::default(), review.clone()), Err(TaskRefusal::NoSuchTask));
    let mut failed = program();
    failed.extend([lease(0, 1, 0), finish(0, 1, 1, Verdict::Failed, 1_000)]);
    let mut cancelled = program();
    cancelled.push(TaskCommand::Cancel { now: NOW });
    for steps in [program(), failed, cancelled] {
        let (task, _) = run(steps);
        assert_eq!(decide(&task, review.clone()), Err(TaskRefusal::NotCompleted), "{:?}", task.ending());
    }
}

#[test]
fn reviews_of_one_task_are_bounded() {
    let mut steps = completed();
    let reject = TaskCommand::Review(Review::Reject { reason: BlobRef([6; 32]) });
    steps.extend(std::iter::repeat_n(reject.clone(), usize::from(MAX_REVIEWS)));
    let (task, _) = run(steps);
    assert_eq!(decide(&task, reject), Err(TaskRefusal::ReviewedTooOften));
}

fn any_command() -> impl Strategy<Value = TaskCommand> {
    let verdict = prop_oneof![Just(Verdict::Passed), Just(Verdict::Failed)];
    prop_oneof![
        (0u16..4, 0u8..3, 0u64..60_000).prop_map(|(index, by, at)| lease(index, by, at)),
        (0u16..4, 0u16..5, 0u8..3, verdict, 0u64..60_000)
            .prop_map(|(index, attempt, by, verdict, at)| finish(index, attempt, by, verdict, at)),
        (0u16..4, 0u16..5, 0u8..3).prop_map(|(index, attempt, by)| take_back(index, attempt, by)),
        (0u16..4).prop_map(|n| TaskCommand::Revise { subtask: SubtaskIndex(n), content: BlobRef([7; 32]) }),
        (0u16..4).prop_map(|n| TaskCommand::Answer { subtask: SubtaskIndex(n), content: BlobRef([10; 32]) }),
        (0u16..4).prop_map(|n| TaskCommand::AbandonRevision { subtask: SubtaskIndex(n), now: NOW }),
        Just(TaskCommand::Cancel { now: NOW.plus_ms(70_000) }),
        Just(TaskCommand::Review(Review::Reject { reason: BlobRef([8; 32]) })),
    ]
}

/// The wallets of the submitter and of the machines' owner, and the task between them.
struct Economy {
    task: Task,
    wallets: BTreeMap<StreamName, Wallet>,
}

impl Economy {
    fn with_budget(budget: u64) -> Self {
        let (ann, bob, amount) = (account("ann"), account("bob"), MicroCredits::from_micros(budget));
        let pieces =
            [piece(0, WorkKind::Prompt, &[]), piece(1, WorkKind::Program, &[0]), piece(2, WorkKind::Prompt, &[])];
        let (task, _) = run(planned(WorkKind::Prompt, budget, &pieces));
        let history: [Event; 2] = [
            CreditsIssued { account: ann.clone(), amount, reason: IssueReason::Faucet }.into(),
            CreditsReserved { account: ann.clone(), task: TaskId::new("t").unwrap(), amount }.into(),
        ];
        let submitter = (StreamName::credits(&ann), Wallet::from_history(&history));
        let owner = (StreamName::credits(&bob), Wallet::default());
        Self { task, wallets: BTreeMap::from([submitter, owner]) }
    }

    fn take_in(&mut self, new: &NewEvent) {
        match self.wallets.get_mut(&new.stream) {
            Some(wallet) => wallet.evolve(&new.event),
            None => self.task.evolve(&new.event),
        }
    }

    fn wallet(&self, of: &str) -> &Wallet {
        &self.wallets[&StreamName::credits(&account(of))]
    }
}

proptest! {
    #[test]
    fn whatever_happens_a_task_never_costs_more_than_its_budget_and_every_credit_is_accounted_for(
        commands in proptest::collection::vec(any_command(), 0..40), budget in 1u64..90_000_000
    ) {
        let mut economy = Economy::with_budget(budget);
        for command in commands {
            for new in decide(&economy.task, command).unwrap_or_default() {
                economy.take_in(&new);
            }
            let (spent, budget) = (economy.task.spent(), MicroCredits::from_micros(budget));
            prop_assert!(spent <= budget);
            let left = budget.saturating_sub(spent);
            let (reserved, available) =
                if economy.task.ending().is_some() { (MicroCredits::ZERO, left) } else { (left, MicroCredits::ZERO) };
            let submitter = economy.wallet("ann");
            prop_assert_eq!(submitter.reserved_for(&TaskId::new("t").unwrap()), reserved);
            prop_assert_eq!(submitter.available(), available);
            prop_assert_eq!(economy.wallet("bob").available(), spent);
        }
    }
}
