//! `GET /audit/search`: which entries speak of something?

use crate::Coordinator;
use axum::extract::State;
use edgecoder_events::{AccountId, AgentId, Event, Position, TaskId, UnixMillis};
use edgecoder_projections::{PageRequest, Question, log_search};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Json, Problem, Query},
};
use edgecoder_store::StorageError;
use edgecoder_wire::{
    audit::{AuditHit, AuditPage},
    problem::ProblemDetails,
};
use serde::Deserialize;
use utoipa::IntoParams;

const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 100;
/// The longest text that is looked for, in bytes.
const MAX_WORDS_BYTES: usize = 256;

/// Which entries are wanted. All that is asked must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    #[param(value_type = Option<String>)]
    task: Option<TaskId>,
    #[param(value_type = Option<String>)]
    agent: Option<AgentId>,
    /// Any account that the event names: who pays, who is paid, whose machine it is, whose key was destroyed.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// A kind, `task.submitted`, or a family of kinds, `task`.
    kind: Option<String>,
    /// Recorded then or later, in milliseconds since 1970.
    from: Option<u64>,
    /// Recorded then or earlier.
    to: Option<u64>,
    /// Words that all stand in the kind, the stream, the actor or the names of an entry.
    words: Option<String>,
    /// At most 100; 25 where there is none.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<u64>,
}

/// Finds entries of the log, the newest first. It says where they stand; what they are worth is proven by the tiles.
#[utoipa::path(
    get,
    path = "/audit/search",
    operation_id = "search_log",
    tag = "audit",
    security(()),
    params(Wanted),
    responses(
        (status = 200, body = AuditPage, description = "a page of entries, the newest first"),
        (status = 400, body = ProblemDetails, description = "invalid_query, invalid_field"),
        (status = 503, body = ProblemDetails, description = "search_crowded, or projection_behind: ask again"),
    ),
)]
pub async fn search(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AuditPage>, Problem> {
    let page = PageRequest::new(wanted.cursor.map(Position), wanted.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT));
    let wanted = checked(wanted)?;
    let _turn = coordinator.searches.turn().await?;
    let searched = coordinator.projections.progress().get(&Question::LogSearch).map_or(Position(0), |it| it.next);
    let found = coordinator.projections.log_search().find(&wanted, &page).await?;
    let mut entries = Vec::with_capacity(found.items.len());
    for position in found.items {
        entries.extend(hit(&coordinator, position).await?);
    }
    Ok(Json(AuditPage { entries, next: found.next.map(|position| position.0.to_string()), searched }))
}

/// What the log itself says of an entry that the index named. One that is not there was of another history.
async fn hit(coordinator: &Coordinator, position: Position) -> Result<Option<AuditHit>, StorageError> {
    let Some(stored) = coordinator.store.entry(position).await? else { return Ok(None) };
    let entry = stored.decode()?;
    Ok(Some(AuditHit {
        position,
        kind: entry.kind.to_owned(),
        stream: entry.stream.to_owned(),
        actor: entry.actor.to_owned(),
        recorded_at_ms: UnixMillis(entry.recorded_at_ms),
    }))
}

fn checked(wanted: Wanted) -> Result<log_search::Wanted, Problem> {
    let Wanted { task, agent, account, kind, from, to, words, .. } = wanted;
    if kind.as_deref().is_some_and(|kind| !is_kind(kind)) {
        return Err(Problem::bad_field(
            "kind",
            "expected a kind of docs/LEDGER.md, or a family: ledger, node, agent, task, credit, anchor",
        ));
    }
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::bad_field("from", "expected a time that is not after `to`"));
    }
    if words.as_ref().is_some_and(|words| words.len() > MAX_WORDS_BYTES) {
        return Err(Problem::bad_field("words", format!("expected at most {MAX_WORDS_BYTES} bytes")));
    }
    Ok(log_search::Wanted { task, agent, account, kind, from: from.map(UnixMillis), to: to.map(UnixMillis), words })
}

fn is_kind(wanted: &str) -> bool {
    let is_it = |kind: &str| kind == wanted || kind.split_once('.').is_some_and(|(family, _)| family == wanted);
    Event::KINDS.iter().any(|(kind, _)| is_it(kind))
}
