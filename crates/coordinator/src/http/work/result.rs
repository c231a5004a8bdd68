//! `POST /result`: a machine brings back what came of its lease.

use crate::{Coordinator, http::MAX_TASK_EVENTS, reports};
use axum::extract::State;
use edgecoder_domain::task::{self, FinishSubtask, ReturnSubtask, TaskCommand, TaskRefusal};
use edgecoder_events::{
    AgentId, Event, StreamName, Version,
    task::{ReturnReason, SubtaskFinished},
};
use edgecoder_identity::envelope::Envelope;
use edgecoder_service_kit::{
    callers::Signed,
    commands::{CommandError, Done, Request, Subject},
    http::{Json, Problem, Refusal},
};
use edgecoder_wire::{
    problem::ProblemDetails,
    work::{Lack, Outcome, ResultAccepted, SubtaskResult},
};

/// Takes a result from the machine that holds the lease, once, and pays for it.
#[utoipa::path(
    post,
    path = "/result",
    operation_id = "deliver_result",
    tag = "work",
    security(("agent" = [])),
    request_body = SubtaskResult,
    responses(
        (status = 200, body = ResultAccepted, description = "accepted, now or by an earlier try of the same result"),
        (status = 400, body = ProblemDetails,
            description = "the report does not open, or is not the one that was signed"),
        (status = 404, body = ProblemDetails, description = "task_not_found"),
        (status = 409, body = ProblemDetails, description = "lease_over, not_lease_holder, task_ended"),
        (status = 429, body = ProblemDetails, description = "too_many_reports: keep it and bring it later"),
    ),
)]
pub async fn result(
    State(coordinator): State<Coordinator>,
    signed: Signed<SubtaskResult<Envelope>>,
) -> Result<Json<ResultAccepted>, Problem> {
    coordinator.presence.heard(&signed.agent, coordinator.commands.clock().steady());
    match signed.body.outcome {
        Outcome::Passed | Outcome::Failed => finish(&coordinator, &signed).await,
        Outcome::Unable => give_back(&coordinator, &signed, unable(signed.body.lacks)).await,
        Outcome::Drained => give_back(&coordinator, &signed, ReturnReason::AgentDrained).await,
    }
}

fn unable(lacks: Option<Lack>) -> ReturnReason {
    match lacks {
        Some(Lack::Model) => ReturnReason::ModelUnavailable,
        Some(Lack::Snapshot) => ReturnReason::SnapshotUnavailable,
        Some(Lack::Sandbox) => ReturnReason::SandboxUnavailable,
        None => ReturnReason::AgentUnable,
    }
}

async fn finish(
    coordinator: &Coordinator,
    signed: &Signed<SubtaskResult<Envelope>>,
) -> Result<Json<ResultAccepted>, Problem> {
    let body = &signed.body;
    let report = reports::open(coordinator, signed)?;
    let owner = coordinator.task_owner(&body.task_id).await?;
    let blob = coordinator.contents.seal(&owner, &report.report).await?;
    check_pace(coordinator, &signed.agent, blob.content().len())?;
    let address = blob.address();
    let request = Request::new(signed.actor(), [Subject::Task(body.task_id.clone())])
        .signed_by(Some(report.author))
        .with_blob(blob);
    let done = coordinator
        .commands
        .run(request, |view| {
            let command = TaskCommand::Finish(FinishSubtask {
                subtask: body.subtask,
                attempt: body.attempt,
                agent: signed.agent.clone(),
                verdict: report.verdict,
                report: address,
                report_digest: report.digest,
                reported_ms: body.duration_ms,
                now: coordinator.commands.clock().now(),
            });
            Ok::<_, Refusal>(task::decide(view.task(&body.task_id), command)?)
        })
        .await;
    match done {
        Ok(done) => Ok(Json(accepted(&done))),
        Err(CommandError::Refused(Refusal::Task(refusal @ (TaskRefusal::LeaseOver | TaskRefusal::Ended(_))))) => {
            match accepted_before(coordinator, signed).await? {
                Some(answer) => Ok(Json(answer)),
                None => Err(Refusal::Task(refusal).into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn check_pace(coordinator: &Coordinator, agent: &AgentId, bytes: usize) -> Result<(), Problem> {
    let owner = coordinator
        .projections
        .agent_directory(|agents| agents.get(agent))
        .and_then(|entry| entry.enrolment().map(|enrolment| enrolment.owner.clone()));
    match owner {
        Some(owner) => coordinator.reported.admit(&owner, bytes, coordinator.commands.clock().steady()),
        None => Ok(()),
    }
}

fn accepted(done: &Done) -> ResultAccepted {
    let paid = done.events.iter().find_map(|new| finished(&new.event)).map_or(0, |it| it.cost.micros());
    ResultAccepted {
        ok: true,
        paid_micro_credits: paid,
        position: done.position_of(|event| finished(event).is_some()).0,
    }
}

fn finished(event: &Event) -> Option<&SubtaskFinished> {
    if let Event::SubtaskFinished(it) = event { Some(it) } else { None }
}

/// The answer to the same result when it was accepted by an earlier try.
async fn accepted_before(
    coordinator: &Coordinator,
    signed: &Signed<SubtaskResult<Envelope>>,
) -> Result<Option<ResultAccepted>, Problem> {
    let body = &signed.body;
    let stream = StreamName::task(&body.task_id);
    let history = coordinator.store.read_stream(&stream, Version::EMPTY, MAX_TASK_EVENTS).await?;
    let is_same = |it: &SubtaskFinished| {
        (it.subtask, it.attempt, &it.agent, Some(it.report_digest))
            == (body.subtask, body.attempt, &signed.agent, body.report_digest)
    };
    Ok(history.iter().find_map(|recorded| {
        let it = finished(&recorded.event).filter(|it| is_same(it))?;
        Some(ResultAccepted { ok: true, paid_micro_credits: it.cost.micros(), position: recorded.position.0 })
    }))
}

async fn give_back(
    coordinator: &Coordinator,
    signed: &Signed<SubtaskResult<Envelope>>,
    reason: ReturnReason,
) -> Result<Json<ResultAccepted>, Problem> {
    let body = &signed.body;
    let returned = ReturnSubtask {
        subtask: body.subtask,
        attempt: body.attempt,
        agent: signed.agent.clone(),
        reason,
        now: coordinator.commands.clock().now(),
    };
    let done = coordinator.return_lease(signed.actor(), &body.task_id, returned).await?;
    Ok(Json(ResultAccepted { ok: true, paid_micro_credits: 0, position: done.position().0 }))
}
