//! What does the ready queue cost with 1,000 and with 1,000,000 subtasks waiting? Prints one line per size.
#![expect(clippy::unwrap_used, reason = "an example stops at the first thing that does not hold")]

use edgecoder_events::{
    AccountId, Actor, AgentId, BlobRef, Event, EventId, MicroCredits, ModelName, Position, ProjectId, Recorded,
    StreamName, SubtaskIndex, TaskId, UnixMillis, Version,
    task::{Language, PlannedSubtask, Planner, ResourceClass, TaskPlanned, TaskSubmitted, WorkKind},
};
use edgecoder_measuring::{forget_peak, peak, resident};
use edgecoder_projections::ready_queue::{AgentNeeds, ReadyQueue};
use std::time::{Duration, Instant};

const PROJECTS: u64 = 100;
const CLAIMS: u32 = 10_000;

fn recorded(position: u64, event: Event) -> Recorded {
    Recorded {
        position: Position(position),
        stream: StreamName::from_log("task-example"),
        version: Version(1),
        event_id: EventId([0; 16]),
        recorded_at: UnixMillis(position),
        actor: Actor::system("example"),
        correlation_id: EventId([0; 16]),
        causation_id: None,
        author: None,
        event,
    }
}

fn task(n: u64) -> [Event; 2] {
    let id = TaskId::new(format!("task-{n}")).unwrap();
    let subtask = PlannedSubtask {
        index: SubtaskIndex(0),
        work: WorkKind::Prompt,
        language: Language::Python,
        content: BlobRef([0; 32]),
        depends_on: vec![],
        timeout_ms: 30_000,
    };
    let submitted = TaskSubmitted {
        task: id.clone(),
        account: AccountId::new(format!("account-{}", n % 1_000)).unwrap(),
        project: ProjectId::new(format!("project-{}", n % PROJECTS)).unwrap(),
        work: WorkKind::Prompt,
        language: Language::Python,
        resource: ResourceClass::Cpu,
        priority: u8::try_from(n % 101).unwrap(),
        requested_model: (n.is_multiple_of(3)).then(|| ModelName::new("qwen2.5-coder:7b").unwrap()),
        content: BlobRef([0; 32]),
        budget: MicroCredits::from_micros(1),
        conversation: None,
    };
    let planned = TaskPlanned { task: id, planner: Planner::Submission, subtasks: vec![subtask] };
    [submitted.into(), planned.into()]
}

/// The queue, how long the events took, and what it holds in bytes, where the system says so.
fn filled(waiting: u64) -> (ReadyQueue, Duration, Option<u64>) {
    forget_peak();
    let before = resident().bytes();
    let mut queue = ReadyQueue::default();
    let mut spent = Duration::ZERO;
    for n in 0..waiting {
        let events = task(n).map(|event| recorded(n, event));
        let begin = Instant::now();
        for it in &events {
            queue.apply(it);
        }
        spent += begin.elapsed();
    }
    let held = resident().bytes().zip(before).map(|(after, before)| after.saturating_sub(before));
    (queue, spent, held)
}

fn main() {
    let agent = AgentNeeds {
        agent: AgentId::new("worker").unwrap(),
        owner: AccountId::new("owner").unwrap(),
        languages: vec![Language::Python, Language::Javascript],
        models: vec![ModelName::new("qwen2.5-coder:7b").unwrap()],
        gpu: true,
        places: 1,
    };
    println!(
        "{:>9}  {:>12}  {:>14}  {:>13}  {:>11}",
        "waiting", "ns per apply", "ns per claim", "bytes/waiting", "peak memory"
    );
    for waiting in [1_000, 10_000, 100_000, 1_000_000] {
        let (mut queue, spent, bytes) = filled(waiting);
        let begin = Instant::now();
        for n in 0..CLAIMS {
            let claimed = queue.claim(&agent, UnixMillis(u64::from(n))).unwrap();
            queue.give_back(&claimed.task, claimed.subtask);
        }
        let claim = begin.elapsed() / CLAIMS;
        let apply = spent.as_nanos() / u128::from(waiting * 2);
        let each = bytes.map_or_else(|| "not known".to_owned(), |bytes| (bytes / waiting).to_string());
        println!("{waiting:>9}  {apply:>12}  {:>14}  {each:>13}  {:>11}", claim.as_nanos(), peak());
    }
}
