//! `GET /nodes/{id}`: how is this machine of mine?

use super::{
    kind, no_such_node, own_node,
    power::{self, Wishes},
    state,
};
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    shown::Moment,
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_domain::agent::Standing;
use edgecoder_events::{
    AgentId, ModelName,
    agent::SandboxMode,
    node::{AgentMode, NodeKind},
    task::Language,
};
use edgecoder_projections::agent_directory::NodeEntry;
use edgecoder_service_kit::http::{Path, Problem};
use edgecoder_wire::power::RestReason;

#[derive(Template)]
#[template(path = "node.html")]
struct Page<'a> {
    shell: &'a Shell,
    id: &'a AgentId,
    facts: Facts,
    /// Whether it was taken back or refused.
    is_refused: bool,
    error: Option<String>,
    /// None for a coordinator, which asks for no work.
    wishes: Option<Wishes>,
}

/// What is known of a machine.
pub struct Facts {
    pub kind: &'static str,
    pub state: &'static str,
    pub state_words: &'static str,
    /// Why it asks for no work now.
    pub rests: Option<&'static str>,
    /// When it asks for work; none of a coordinator.
    pub works: Option<String>,
    pub enrolled_at: Moment,
    /// Since when it is there or away.
    pub seen_at: Option<Moment>,
    pub passed: u64,
    pub failed: u64,
    pub returned: u64,
    /// What it said of itself, where it registered.
    pub abilities: Option<Abilities>,
    /// Since when it is shut out, and until when.
    pub shut_out: Option<(Moment, Option<Moment>)>,
}

/// What a machine says of itself.
pub struct Abilities {
    pub os: String,
    pub version: String,
    pub sandbox: &'static str,
    pub mode: &'static str,
    pub at_once: u16,
    pub languages: String,
    pub models: String,
}

/// Shows a machine of whoever is logged in.
#[utoipa::path(
    get,
    path = "/nodes/{id}",
    operation_id = "node_page",
    tag = "nodes",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the machine"),
        (status = 303, description = "log in first"),
        (status = 404, description = "node_not_found, or not yours"),
    ),
)]
pub async fn show(State(portal): State<Portal>, person: Person, Path(id): Path<AgentId>) -> Result<Response, Problem> {
    let (entry, as_of) = own_node(&portal, &person, &id).await?;
    page_of(&portal, Shell::of_person(&person).told_as_of(as_of), &entry, None, Wishes::of(entry.power_policy()))
}

/// The page, perhaps with what is wrong with what was wished of the machine.
pub fn page_of(
    portal: &Portal,
    mut shell: Shell,
    entry: &NodeEntry,
    error: Option<String>,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let enrolment = entry.enrolment().ok_or_else(no_such_node)?;
    let (id, facts) = (&enrolment.node, facts(portal, entry).ok_or_else(no_such_node)?);
    // Other colours lead to a page that can be asked for.
    shell.place = format!("/nodes/{id}");
    let page = Page {
        shell: &shell,
        id,
        facts,
        is_refused: enrolment.standing == Standing::Rejected,
        error,
        wishes: (enrolment.kind == NodeKind::Agent).then_some(wishes),
    };
    Ok(page::show(portal.cookies, status, &shell, &page))
}

/// A machine as a page tells it; none where only events about an unknown one were seen.
pub fn facts(portal: &Portal, entry: &NodeEntry) -> Option<Facts> {
    let now = portal.now();
    let enrolment = entry.enrolment()?;
    let (state, state_words) = state(entry, now);
    let in_force = entry.blacklisting.as_ref().filter(|_| entry.is_blacklisted(now));
    Some(Facts {
        kind: kind(enrolment.kind),
        state,
        state_words,
        rests: (portal.resting)(&enrolment.node).filter(|_| entry.is_online()).map(why),
        works: (enrolment.kind == NodeKind::Agent).then(|| power::told(entry.power_policy())),
        enrolled_at: Moment(entry.enrolled_at),
        seen_at: entry.presence_changed_at.map(Moment),
        passed: entry.finished,
        failed: entry.failed,
        returned: entry.returned,
        abilities: abilities(entry),
        shut_out: in_force.map(|it| (Moment(it.since), it.expires_at.map(Moment))),
    })
}

const fn why(rests: RestReason) -> &'static str {
    match rests {
        RestReason::OnBattery => ENGLISH.rests_on_battery,
        RestReason::OutsideHours => ENGLISH.rests_outside_hours,
    }
}

fn abilities(entry: &NodeEntry) -> Option<Abilities> {
    let registration = entry.registration()?;
    let it = &registration.capabilities;
    let languages: Vec<_> = it.languages.iter().map(|language| name_of(*language)).collect();
    let models: Vec<_> = it.models.iter().map(ModelName::as_str).collect();
    Some(Abilities {
        os: it.os.clone(),
        version: it.version.clone(),
        sandbox: match it.sandbox {
            SandboxMode::Wasm => "wasm",
            SandboxMode::Process => "process",
            SandboxMode::Docker => "docker",
            SandboxMode::None => "none",
        },
        mode: mode(registration.mode),
        at_once: it.max_concurrent_tasks,
        languages: languages.join(", "),
        models: models.join(", "),
    })
}

/// How much of a machine is lent, in the words of its settings.
pub const fn mode(mode: AgentMode) -> &'static str {
    match mode {
        AgentMode::SwarmOnly => "swarm-only",
        AgentMode::IdeEnabled => "ide-enabled",
    }
}

const fn name_of(language: Language) -> &'static str {
    match language {
        Language::Python => "Python",
        Language::Javascript => "JavaScript",
    }
}
