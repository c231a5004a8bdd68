//! `GET /security/blacklist/audit`: who was ever shut out, on whose word, and was it taken back?

use crate::{ControlPlane, http::DEFAULT_LIMIT, views};
use axum::extract::State;
use edgecoder_events::{AgentId, Position};
use edgecoder_projections::{
    PageRequest, ProjectionError,
    blacklist::{Blacklist, BlacklistEntry, Step},
};
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Problem, Query},
};
use edgecoder_wire::nodes::BlacklistPage;
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::IntoParams;

/// The most steps of one machine that are looked through for the lifting of a report.
const MAX_STEPS_OF_ONE: usize = 500;

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `next` of the page before.
    before: Option<u64>,
    /// Steps that are looked at, at most 500; 50 where there is none. A lifting is a step, and is shown at its report.
    limit: Option<usize>,
}

/// Lists every report, newest first, with its lifting where it was lifted.
#[utoipa::path(
    get,
    path = "/security/blacklist/audit",
    operation_id = "list_blacklist_steps",
    tag = "blacklist",
    security(("operator" = [])),
    params(Wanted),
    responses(
        (status = 200, body = BlacklistPage, description = "a page of steps, newest first"),
    ),
)]
pub async fn audit(
    State(control_plane): State<ControlPlane>,
    _: Operator,
    Query(wanted): Query<Wanted>,
) -> Result<Json<BlacklistPage>, Problem> {
    let blacklist = control_plane.projections.blacklist();
    let page = PageRequest::new(wanted.before.map(Position), wanted.limit.unwrap_or(DEFAULT_LIMIT));
    let page = blacklist.history(None, &page).await?;
    let next = page.next.map(|position| position.0);
    let mut steps_of: HashMap<AgentId, Vec<BlacklistEntry>> = HashMap::new();
    let mut records = Vec::new();
    for entry in page.items {
        if !steps_of.contains_key(&entry.agent) {
            let steps = steps(blacklist, &entry.agent).await?;
            steps_of.insert(entry.agent.clone(), steps);
        }
        let lift = steps_of.get(&entry.agent).and_then(|steps| lift_of(&entry, steps));
        records.extend(views::report(entry, lift));
    }
    Ok(Json(BlacklistPage { records, next }))
}

async fn steps(blacklist: &Blacklist, agent: &AgentId) -> Result<Vec<BlacklistEntry>, ProjectionError> {
    Ok(blacklist.history(Some(agent), &PageRequest::new(None, MAX_STEPS_OF_ONE)).await?.items)
}

/// The step right after a report, where it lifted it. `steps` are of one machine, newest first.
fn lift_of<'a>(report: &BlacklistEntry, steps: &'a [BlacklistEntry]) -> Option<&'a BlacklistEntry> {
    let next = steps.iter().take_while(|step| step.position > report.position).last()?;
    (next.step == Step::Lifted).then_some(next)
}
