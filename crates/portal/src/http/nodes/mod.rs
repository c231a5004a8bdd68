//! Machines, as those who own them see them.

pub mod enroll;
pub mod list;
pub mod power;
pub mod remove;
pub mod rotate;
pub mod show;
mod start;

use crate::{
    Portal,
    callers::Person,
    freshness::{AsOf, perhaps_later},
    shown::Moment,
    text::ENGLISH,
};
use edgecoder_domain::agent::{self, AgentCommand, Standing};
use edgecoder_events::{AgentId, Event, NewEvent, StreamName, UnixMillis, node::NodeKind};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_projections::{
    PageRequest, Question,
    agent_directory::{NodeEntry, NodeFilter},
};
use edgecoder_service_kit::{
    chance,
    commands::{Done, Request, Subject},
    http::{Problem, Refusal},
};
use std::sync::Arc;

/// As many machines one account enrols here; who has more asks an operator.
const MAX_NODES: usize = 100;

/// One line of a list.
pub struct NodeRow {
    pub id: AgentId,
    pub kind: &'static str,
    pub state: &'static str,
    pub state_words: &'static str,
    pub enrolled_at: Moment,
}

/// A machine as one line; none where only events about an unknown one were seen.
pub fn row(entry: &NodeEntry, now: UnixMillis) -> Option<NodeRow> {
    let enrolment = entry.enrolment()?;
    let (state, state_words) = state(entry, now);
    let (kind, enrolled_at) = (kind(enrolment.kind), Moment(entry.enrolled_at));
    Some(NodeRow { id: enrolment.node.clone(), kind, state, state_words, enrolled_at })
}

/// How a machine stands, for the style sheet and for people.
pub fn state(entry: &NodeEntry, now: UnixMillis) -> (&'static str, &'static str) {
    let Some(enrolment) = entry.enrolment() else { return ("over", ENGLISH.node_refused) };
    match (enrolment.standing, enrolment.kind) {
        (Standing::Rejected, _) => ("over", ENGLISH.node_refused),
        (Standing::Pending | Standing::Approved, _) if entry.is_blacklisted(now) => ("bad", ENGLISH.node_shut_out),
        (Standing::Pending, _) => ("open", ENGLISH.node_pending),
        (Standing::Approved, NodeKind::Coordinator) => ("good", ENGLISH.node_approved),
        (Standing::Approved, NodeKind::Agent) if entry.is_online() => ("good", ENGLISH.node_online),
        (Standing::Approved, NodeKind::Agent) if entry.registration().is_some() => ("bad", ENGLISH.node_offline),
        (Standing::Approved, NodeKind::Agent) => ("open", ENGLISH.node_awaited),
    }
}

/// What a machine is, for people.
pub const fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Agent => ENGLISH.node_worker,
        NodeKind::Coordinator => ENGLISH.node_coordinator,
    }
}

/// The machines of whoever is logged in, by name.
fn own_nodes(portal: &Portal, person: &Person) -> Vec<Arc<NodeEntry>> {
    let filter = NodeFilter { owner: Some(person.account().clone()), ..NodeFilter::default() };
    portal.projections.agent_directory(|agents| agents.list(&filter, &PageRequest::new(None, MAX_NODES))).items
}

/// The machine, where it is theirs, and how old that is. Other people's machines look like none; a machine never changes
/// its owner.
async fn own_node(portal: &Portal, person: &Person, id: &AgentId) -> Result<(Arc<NodeEntry>, Option<AsOf>), Problem> {
    let as_of = portal.newest(&[Question::AgentDirectory]).await;
    let entry = portal.projections.agent_directory(|agents| agents.get(id));
    let is_theirs = |entry: &Arc<NodeEntry>| entry.enrolment().is_some_and(|it| it.owner == *person.account());
    let entry = entry.filter(is_theirs).ok_or_else(|| perhaps_later(no_such_node(), as_of))?;
    Ok((entry, as_of))
}

/// 404 for a machine that is not there, or not theirs.
pub fn no_such_node() -> Problem {
    Problem::not_found("node_not_found", "there is no machine of this name, or it is not yours")
}

/// Records what an owner says of a machine, and waits until it is shown.
async fn record(portal: &Portal, person: &Person, node: &AgentId, command: AgentCommand) -> Result<Done, Problem> {
    let request = Request::new(person.actor(), [Subject::Agent(node.clone())]);
    let stream = StreamName::agent(node);
    let done = portal
        .commands
        .run(request, |view| {
            let events = agent::decide(view.agent(node), command.clone(), portal.now())?;
            Ok::<_, Refusal>(NewEvent::all_in(&stream, events))
        })
        .await?;
    portal.show(&[Question::AgentDirectory], &done).await;
    Ok(done)
}

/// A machine of theirs, enrolled where it was not before: the token with which a worker registers, and whether it was
/// enrolled already, so that the token replaces another one. A coordinator registers nowhere and has none. Somebody else's
/// machine is refused.
async fn enrolled(
    portal: &Portal,
    person: &Person,
    node: &AgentId,
    kind: NodeKind,
) -> Result<(Option<Token>, bool), Problem> {
    if kind == NodeKind::Coordinator && is_own(portal, person, node, kind).await {
        return Ok((None, true));
    }
    let command = AgentCommand::Enroll { node: node.clone(), kind, owner: person.account().clone() };
    let done = record(portal, person, node, command).await?;
    if kind == NodeKind::Coordinator {
        return Ok((None, false));
    }
    let token = Token::generate(TokenRole::Node, &mut chance::system());
    portal.node_tokens.give_to_node(node, &token).await?;
    let is_another = done.events.iter().any(|new| matches!(new.event, Event::NodeTokenRotated(_)));
    Ok((Some(token), is_another))
}

async fn is_own(portal: &Portal, person: &Person, node: &AgentId, kind: NodeKind) -> bool {
    let entry = own_node(portal, person, node).await;
    entry.is_ok_and(|(entry, _)| entry.enrolment().is_some_and(|it| it.kind == kind))
}
