//! What becomes of one lease? Its work is opened and done, and the result waits in the outbox.

use crate::{
    held::Hold,
    link::Session,
    measures::TaskOutcome,
    outbox::{self, Parcel, ParcelNumber, Room},
    solve::{
        Budget, Solved, Unable,
        report::{self, Said},
    },
    station::Station,
};
use edgecoder_events::task::Verdict;
use edgecoder_identity::envelope::{Direction, Envelope, Lease, SealError, seal};
use edgecoder_wire::{
    tasks::Report,
    work::{LeasedSubtask, Outcome, SubtaskResult, Work},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long work that was cancelled may take to stop.
const STOP_WAIT: Duration = Duration::from_secs(5);

/// How long a slot waits for the delivery of its result before it takes on more: results that wait longer wait without it.
const DELIVERY_WAIT: Duration = Duration::from_secs(10);

/// How the work on a lease ended.
enum Ending {
    Solved(Box<Report>),
    Unable(Unable),
    Drained,
    /// The coordinator wants no result any more.
    Over,
}

impl Ending {
    fn outcome(&self) -> TaskOutcome {
        match self {
            Self::Solved(report) => match report.verdict {
                Verdict::Passed => TaskOutcome::Passed,
                Verdict::Failed => TaskOutcome::Failed,
            },
            Self::Unable(_) => TaskOutcome::Unable,
            Self::Drained => TaskOutcome::Drained,
            Self::Over => TaskOutcome::Over,
        }
    }
}

/// Works a lease off. When this returns, the slot is free and the result is safe, or brought.
pub async fn work_off(station: &Station, session: &Session, leased: LeasedSubtask<Envelope>, room: Room) {
    let began = Instant::now();
    let lease = Lease {
        task: leased.task_id.clone(),
        subtask: leased.subtask,
        attempt: leased.attempt,
        agent: station.settings.agent_id.clone(),
    };
    let hold = station.held.hold(&lease);
    let budget = Budget::of_lease(began, leased.limit_ms);
    tracing::info!(task.id = %lease.task, subtask = lease.subtask.0, attempt = lease.attempt, "work was leased");
    let ending = match open(station, &leased, &lease) {
        Ok(work) => run(station, &work, budget, &hold).await,
        Err(why) => Ending::Unable(why),
    };
    station.measures.worked(ending.outcome(), began.elapsed());
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let Some(result) = result(station, session, &lease, ending, duration_ms).await else { return };
    let kept = keep(station, session, result, room).await;
    drop(hold);
    if let Some(number) = kept {
        // Until the coordinator knows the result, the lease still counts against this machine's slots.
        let _delivered_or_not = tokio::time::timeout(DELIVERY_WAIT, station.outbox.delivered(number)).await;
    }
}

fn open(station: &Station, leased: &LeasedSubtask<Envelope>, lease: &Lease) -> Result<Work, Unable> {
    let plain = station
        .keys
        .open(&leased.envelope, Direction::Task, lease)
        .map_err(|error| Unable::because(error.to_string()))?;
    serde_json::from_slice(&plain).map_err(|_| Unable::because("its content is of another version: update this worker"))
}

/// Does the work until it is done, the lease is over, or this machine gives it back.
async fn run(station: &Station, work: &Work, budget: Budget, hold: &Hold) -> Ending {
    let cancel = CancellationToken::new();
    let solving = station.solver.solve(work, budget, &cancel);
    tokio::pin!(solving);
    let ending = tokio::select! {
        biased;
        solved = &mut solving => return match solved {
            Ok(Solved(report)) => Ending::Solved(report),
            Err(why) => Ending::Unable(why),
        },
        () = hold.ended() => Ending::Over,
        () = station.give_back.cancelled() => Ending::Drained,
        () = tokio::time::sleep_until(budget.limit()) => Ending::Over,
    };
    cancel.cancel();
    let _stopped_or_dropped = tokio::time::timeout(STOP_WAIT, solving).await;
    ending
}

async fn result(
    station: &Station,
    session: &Session,
    lease: &Lease,
    ending: Ending,
    duration_ms: u64,
) -> Option<SubtaskResult<Envelope>> {
    let bare = |outcome| SubtaskResult {
        agent_id: lease.agent.clone(),
        task_id: lease.task.clone(),
        subtask: lease.subtask,
        attempt: lease.attempt,
        outcome,
        lacks: None,
        duration_ms,
        report: None,
        report_digest: None,
        report_signature: None,
    };
    let unable = |Unable { lacks, why }| {
        tracing::warn!(task.id = %lease.task, subtask = lease.subtask.0, why, "this machine is unable to do the work");
        station.diary.note(&format!("unable to do {}.{}: {why}", lease.task, lease.subtask));
        Some(SubtaskResult { lacks, ..bare(Outcome::Unable) })
    };
    match ending {
        Ending::Over => {
            tracing::info!(task.id = %lease.task, subtask = lease.subtask.0, "the lease ended before the work did");
            None
        }
        Ending::Drained => Some(bare(Outcome::Drained)),
        Ending::Unable(why) => unable(why),
        Ending::Solved(report) => {
            let outcome = match report.verdict {
                Verdict::Passed => Outcome::Passed,
                Verdict::Failed => Outcome::Failed,
            };
            match sealed(station, session, lease, *report, duration_ms).await {
                Ok((said, envelope)) => Some(SubtaskResult {
                    report: Some(envelope),
                    report_digest: Some(said.digest),
                    report_signature: Some(said.signature),
                    ..bare(outcome)
                }),
                Err(error) => unable(Unable::because(error.to_string())),
            }
        }
    }
}

/// A report in its size, signed and sealed: up to megabytes, away from the threads that serve others.
async fn sealed(
    station: &Station,
    session: &Session,
    lease: &Lease,
    report: Report,
    duration_ms: u64,
) -> Result<(Said, Envelope), SealError> {
    let (keys, chance) = (Arc::clone(&station.keys), Arc::clone(&station.chance));
    let (lease, recipient) = (lease.clone(), session.envelope_key);
    let work = move || -> Result<_, SealError> {
        let said = report::finish(report, &lease, duration_ms, &keys, &chance);
        let envelope = chance.draw(|rng| seal(&said.json, Direction::Reply, &lease, &recipient, rng))?;
        Ok((said, envelope))
    };
    tokio::task::spawn_blocking(work).await.expect("sealing a report does not panic, and the runtime waits for it")
}

/// Puts a result into the outbox, and says under which number. What the disk does not take is brought at once.
async fn keep(
    station: &Station,
    session: &Session,
    result: SubtaskResult<Envelope>,
    room: Room,
) -> Option<ParcelNumber> {
    let (task, subtask) = (result.task_id.clone(), result.subtask);
    let parcel = Parcel { recipient: session.envelope_key, kept_since_ms: station.clock.now(), result };
    let parcel = Arc::new(parcel);
    let error = match station.outbox.put(room, &parcel).await {
        Ok(number) => return Some(number),
        Err(error) => error,
    };
    tracing::warn!(%error, task.id = %task, subtask = subtask.0, "a result could not be kept: it is brought at once");
    station.diary.note(&format!("the result of {task}.{subtask} could not be kept, check the disk: {error}"));
    if let Err(error) = outbox::bring_at_once(station, session, &parcel).await {
        tracing::error!(%error, task.id = %task, subtask = subtask.0, "a result could neither be kept nor brought");
        station.diary.note(&format!("the result of {task}.{subtask} was lost: {error}"));
    }
    None
}
