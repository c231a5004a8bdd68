//! A ledger with a past: tasks that were submitted, run, paid and accepted over six days, ten events each.

use crate::house::{House, PAST_MS};
use edgecoder_domain::{
    Aggregate, submission,
    task::{self, FinishSubtask, LeaseSubtask, Review, Task, TaskCommand},
    wallet::Wallet,
};
use edgecoder_events::{
    AccountId, Actor, AgentId, BlobRef, Clock, ConversationId, Digest, Event, MicroCredits, NewEvent, ProjectId,
    StreamName, SubtaskIndex, TaskId, UnixMillis,
    credit::{AccountOpened, CreditsIssued, IssueReason},
    task::{Language, ResourceClass, TaskSubmitted, Verdict, WorkKind},
};
use edgecoder_service_kit::contents::Contents;
use edgecoder_store::{Append, Pending};
use edgecoder_wire::tasks::{Report, SourceFile, SubmitTask};
use futures_util::{StreamExt, stream::FuturesOrdered};

/// Every task runs on one machine, hers.
pub const MACHINE: &str = "bench-machine";
/// So many others have the other half of the tasks.
const OTHERS: usize = 200;
/// Tasks of one append, and appends under way at once.
const TASKS_AT_ONCE: usize = 64;
const IN_FLIGHT: usize = 16;
const CREDITS: u64 = 10_000_000;
const BUDGET: MicroCredits = MicroCredits::from_micros(70_000_000);
const TIMEOUT_MS: u64 = 30_000;
const PRICE_PER_MS: MicroCredits = MicroCredits::from_micros(1_000);
/// A conversation has 20 messages: every second task of hers is one.
const TASKS_OF_A_TALK: usize = 80;

/// Somebody who submits, and what they have by now.
struct Owner {
    account: AccountId,
    wallet: Wallet,
    report: BlobRef,
}

/// Records `tasks` tasks, every second one hers.
pub async fn record(house: &House, hers: &AccountId, tasks: usize) {
    let machine = AgentId::new(MACHINE).unwrap();
    house.admit(&machine, hers).await;
    let contents = Contents::new(house.store.clone());
    let mut owners = vec![Owner::begin(house, &contents, hers.clone(), false).await];
    for number in 0..OTHERS {
        let account = AccountId::new(format!("other-{number}")).unwrap();
        owners.push(Owner::begin(house, &contents, account, true).await);
    }
    let batches = u64::try_from(tasks.div_ceil(TASKS_AT_ONCE)).unwrap();
    let mut pending: FuturesOrdered<Pending> = FuturesOrdered::new();
    for first in (0..tasks).step_by(TASKS_AT_ONCE) {
        house.clock.advance_ms(PAST_MS / batches.max(1));
        let mut append = Append::new(Actor::system("bench"), vec![]);
        for number in first..tasks.min(first + TASKS_AT_ONCE) {
            let whose = if number.is_multiple_of(2) { 0 } else { 1 + number / 2 % OTHERS };
            let owner = &mut owners[whose];
            let blob = contents.seal(&owner.account, &wanted(number)).await.unwrap();
            append.events.extend(owner.whole_task(number, blob.address(), hers, house.clock.now()));
            append.blobs.push(blob);
        }
        pending.push_back(house.store.reserve().await.unwrap().submit(append));
        if pending.len() >= IN_FLIGHT {
            pending.next().await.unwrap().unwrap();
        }
    }
    while let Some(recorded) = pending.next().await {
        recorded.unwrap();
    }
}

/// A task of hers that waits.
pub async fn open_task(house: &House, hers: &AccountId) -> TaskId {
    let contents = Contents::new(house.store.clone());
    let mut owner = Owner::begin(house, &contents, hers.clone(), false).await;
    let (task, blob) = (TaskId::new("open").unwrap(), contents.seal(hers, &wanted(0)).await.unwrap());
    let submitted = submitted(&task, hers, 0, blob.address());
    let mut append = Append::new(Actor::system("bench"), owner.submit(&mut Task::default(), &submitted));
    append.blobs.push(blob);
    house.store.append(append).await.unwrap();
    task
}

fn wanted(number: usize) -> SubmitTask {
    let content = format!("def prime(n):\n    return all(n % d for d in range(2, n))\n\nprint(prime({number}))\n");
    SubmitTask {
        prompt: Some(format!("find out about primes and number{number}")),
        files: vec![SourceFile { path: "main.py".to_owned(), content }],
        ..SubmitTask::default()
    }
}

fn reported() -> Report {
    Report {
        salt: "salt".to_owned(),
        verdict: Verdict::Passed,
        exit_code: 0,
        reason: "finished".to_owned(),
        stdout: "True\n".repeat(20),
        stderr: String::new(),
        duration_ms: 900,
        tests: None,
        files: vec![SourceFile { path: "main.py".to_owned(), content: "print(True)\n".repeat(20) }],
        diff: Some("--- a/main.py\n+++ b/main.py\n@@ -1 +1 @@\n-print(False)\n+print(True)\n".to_owned()),
        iterations: 1,
        model: None,
    }
}

fn submitted(task: &TaskId, account: &AccountId, number: usize, content: BlobRef) -> TaskSubmitted {
    let is_said = number.is_multiple_of(4);
    TaskSubmitted {
        task: task.clone(),
        account: account.clone(),
        project: ProjectId::new(format!("project-{}", number % 50)).unwrap(),
        work: WorkKind::Program,
        language: Language::Python,
        resource: ResourceClass::Cpu,
        priority: 50,
        requested_model: None,
        content,
        budget: BUDGET,
        conversation: is_said.then(|| ConversationId::new(format!("talk-{}", number / TASKS_OF_A_TALK)).unwrap()),
    }
}

impl Owner {
    /// Gives an account the credit that all its tasks need, and opens it where nobody has.
    async fn begin(house: &House, contents: &Contents, account: AccountId, is_new: bool) -> Self {
        let opened: Event = AccountOpened { account: account.clone() }.into();
        let amount = MicroCredits::from_credits(CREDITS).unwrap();
        let issued: Event = CreditsIssued { account: account.clone(), amount, reason: IssueReason::Faucet }.into();
        let mut wallet = Wallet::default();
        for event in [&opened, &issued] {
            wallet.evolve(event);
        }
        let report = contents.seal(&account, &reported()).await.unwrap();
        let events = if is_new { vec![opened, issued] } else { vec![issued] };
        let mut append = Append::new(Actor::system("bench"), NewEvent::all_in(&StreamName::credits(&account), events));
        let address = report.address();
        append.blobs.push(report);
        house.store.append(append).await.unwrap();
        Self { account, wallet, report: address }
    }

    /// The ten events of a task, as the rules have them.
    fn whole_task(&mut self, number: usize, content: BlobRef, payee: &AccountId, now: UnixMillis) -> Vec<NewEvent> {
        let id = TaskId::new(format!("past-{number}")).unwrap();
        let (agent, subtask) = (AgentId::new(MACHINE).unwrap(), SubtaskIndex(0));
        let mut task = Task::default();
        let mut all = self.submit(&mut task, &submitted(&id, &self.account.clone(), number, content));
        let lease =
            LeaseSubtask { subtask, agent: agent.clone(), payee: payee.clone(), now, price_per_ms: PRICE_PER_MS };
        let finish = FinishSubtask {
            subtask,
            attempt: 1,
            agent,
            verdict: Verdict::Passed,
            report: self.report,
            report_digest: Digest([4; 32]),
            reported_ms: 900,
            now: now.plus_ms(900),
        };
        for command in [TaskCommand::Lease(lease), TaskCommand::Finish(finish), TaskCommand::Review(Review::Accept)] {
            let events = task::decide(&task, command).unwrap();
            self.take_in(&mut task, &events);
            all.extend(events);
        }
        all
    }

    fn submit(&mut self, task: &mut Task, submitted: &TaskSubmitted) -> Vec<NewEvent> {
        let events = submission::decide(task, &self.wallet, submitted, TIMEOUT_MS).unwrap();
        self.take_in(task, &events);
        events
    }

    /// An event is of the task, or of somebody's wallet.
    fn take_in(&mut self, task: &mut Task, events: &[NewEvent]) {
        let own = StreamName::credits(&self.account);
        for new in events {
            if new.stream.as_str().starts_with("task-") {
                task.evolve(&new.event);
            } else if new.stream == own {
                self.wallet.evolve(&new.event);
            }
        }
    }
}
