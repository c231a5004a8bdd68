//! `GET /operations`: how do queue, machines, log and answers stand?

use crate::{
    Portal,
    callers::Operator,
    page::{self, Shell},
    shown::Moment,
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_domain::agent::Standing;
use edgecoder_events::{AgentId, Position, TaskId, UnixMillis};
use edgecoder_projections::{
    MAX_PAGE_ITEMS, PageRequest, Question,
    agent_directory::NodeFilter,
    anchors::{AnchorEntry, Stage},
};
use edgecoder_service_kit::http::Problem;

/// As many leases are shown, those that end first.
const LEASES: usize = 50;
/// As many of the newest anchors are shown.
const ANCHORS: usize = 5;
const MS_PER_S: u64 = 1_000;

#[derive(Template)]
#[template(path = "operations.html")]
struct Page<'a> {
    shell: &'a Shell,
    queue: Queue,
    machines: Machines,
    size: u64,
    /// The newest event that is on the page.
    seen: u64,
    head: String,
    recorded_at: Option<Moment>,
    /// How many entries the newest checkpoint has, and the signed note.
    checkpoint: Option<(u64, String)>,
    anchors: Vec<Anchor>,
    answers: Vec<Answer>,
    audit_url: &'a str,
}

/// What waits, and what machines hold.
struct Queue {
    waiting: usize,
    leased: usize,
    open_tasks: usize,
    /// Since the one that waits longest waits, in seconds.
    oldest_s: Option<u64>,
    /// By the model that is asked for; none where any machine will do.
    by_model: Vec<(Option<String>, usize)>,
    leases: Vec<Lease>,
}

/// What one machine holds.
struct Lease {
    agent: AgentId,
    task: TaskId,
    attempt: u16,
    since: Moment,
    until: Moment,
}

struct Machines {
    enrolled: usize,
    working: usize,
    shut_out: usize,
    /// At most as many as are counted.
    pending: usize,
}

/// A checkpoint that is being dated.
struct Anchor {
    position: u64,
    size: u64,
    stage: &'static str,
    at: Moment,
    height: Option<u32>,
}

/// A projection, and how far it is behind the log.
struct Answer {
    name: &'static str,
    lag: u64,
    trouble: Option<String>,
}

/// Shows what operators look at first.
#[utoipa::path(
    get,
    path = "/operations",
    operation_id = "operations_page",
    tag = "operations",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "queue, machines, log, projections"),
        (status = 303, description = "log in first"),
        (status = 404, description = "not an operator"),
    ),
)]
pub async fn overview(State(portal): State<Portal>, operator: Operator) -> Result<Response, Problem> {
    let shell = Shell::of_person(&operator.person);
    // Nothing is waited for: what lags is what this page is looked at for.
    let store = portal.commands.store();
    let head = store.head();
    let published = store.tiles().published();
    let anchors = portal.projections.anchors().list(&PageRequest::new(None, ANCHORS)).await?;
    let page = Page {
        shell: &shell,
        queue: queue(&portal),
        machines: machines(&portal),
        size: head.size,
        seen: head.size.saturating_sub(1),
        head: hex::encode(head.hash),
        recorded_at: (head.size > 0).then(|| Moment(store.newest_recorded_at())),
        checkpoint: published.map(|it| (it.checkpoint.size, it.note.to_string())),
        anchors: anchors.items.iter().map(anchor).collect(),
        answers: answers(&portal, Position(head.size)),
        audit_url: &portal.audit_url,
    };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

fn queue(portal: &Portal) -> Queue {
    let now: UnixMillis = portal.now();
    portal.projections.ready_queue(|queue| {
        let by_model = queue.counts().by_model.into_iter();
        let leases = queue.leases().take(LEASES).map(|lease| Lease {
            agent: lease.agent.clone(),
            task: lease.task.clone(),
            attempt: lease.attempt,
            since: Moment(lease.granted_at),
            until: Moment(lease.deadline()),
        });
        Queue {
            waiting: queue.waiting(),
            leased: queue.leased(),
            open_tasks: queue.open_tasks(),
            oldest_s: queue.oldest_waiting_ms(now).map(|ms| ms / MS_PER_S),
            by_model: by_model.map(|(model, number)| (model.map(String::from), number)).collect(),
            leases: leases.collect(),
        }
    })
}

fn machines(portal: &Portal) -> Machines {
    let pending = NodeFilter { standing: Some(Standing::Pending), ..NodeFilter::default() };
    let counted = PageRequest::new(None, MAX_PAGE_ITEMS);
    portal.projections.agent_directory(|agents| Machines {
        enrolled: agents.len(),
        working: agents.workers(portal.now()).count(),
        shut_out: agents.blacklisted(portal.now()),
        pending: agents.list(&pending, &counted).items.len(),
    })
}

fn anchor(entry: &AnchorEntry) -> Anchor {
    Anchor {
        position: entry.request.position.0,
        size: entry.request.size.0,
        stage: stage(entry.state.stage),
        at: Moment(entry.state.changed_at),
        height: entry.state.height,
    }
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Requested => ENGLISH.anchor_requested,
        Stage::Promised => ENGLISH.anchor_promised,
        Stage::Attested => ENGLISH.anchor_attested,
        Stage::Broadcast => ENGLISH.anchor_broadcast,
        Stage::Included => ENGLISH.anchor_included,
        Stage::Confirmed => ENGLISH.anchor_confirmed,
        Stage::Orphaned => ENGLISH.anchor_orphaned,
    }
}

fn answers(portal: &Portal, size: Position) -> Vec<Answer> {
    let mut progress = portal.projections.progress();
    let lag = portal.projections.lag(size).into_iter();
    lag.map(|(question, lag): (Question, u64)| {
        let trouble = progress.remove(&question).and_then(|it| it.trouble);
        Answer { name: question.name(), lag, trouble }
    })
    .collect()
}
