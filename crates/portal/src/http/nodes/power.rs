//! `POST /nodes/{id}/power`: when does this machine of mine ask for work, and how much of it?

use super::{own_node, record, show};
use crate::{
    Portal,
    callers::Person,
    forms::{Fields, Form},
    http::failures::sentence,
    page::{self, Shell},
    text::ENGLISH,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::agent::{AgentCommand, AgentRefusal, Hours, PowerPolicy};
use edgecoder_events::{AgentId, node::PowerSource};
use edgecoder_service_kit::http::{Path, Problem, Refusal};
use std::str::FromStr;

/// The fields of the form, as they were typed or as the policy has them.
pub struct Wishes {
    pub is_mains: bool,
    pub from: String,
    pub until: String,
    pub tasks: String,
}

/// Sets when a machine of whoever is logged in asks for work. An empty form lets it ask always.
#[utoipa::path(
    post,
    path = "/nodes/{id}/power",
    operation_id = "set_own_node_power",
    tag = "nodes",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "so it is; or log in first"),
        (status = 404, description = "node_not_found, or not yours"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn set(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let (entry, as_of) = own_node(&portal, &person, &id).await?;
    let wishes = Wishes::typed(&fields);
    let recorded = match wishes.policy() {
        Ok(policy) => record(&portal, &person, &id, AgentCommand::SetPowerPolicy { policy }).await.map(drop),
        Err(refusal) => Err(Refusal::from(refusal).into()),
    };
    match recorded {
        Ok(()) => Ok(page::go(&format!("/nodes/{id}"), [])),
        Err(problem) if problem.status().is_client_error() => {
            let shell = Shell::of_person(&person).told_as_of(as_of);
            show::page_of(&portal, shell, &entry, Some(sentence(problem.detail())), wishes)
        }
        Err(problem) => Err(problem),
    }
}

impl Wishes {
    /// As the policy has them.
    pub fn of(policy: PowerPolicy) -> Self {
        let hour = |of: fn(Hours) -> u8| policy.hours.map(|hours| of(hours).to_string()).unwrap_or_default();
        Self {
            is_mains: policy.power == PowerSource::Mains,
            from: hour(|it| it.from),
            until: hour(|it| it.until),
            tasks: policy.max_tasks.map(|it| it.to_string()).unwrap_or_default(),
        }
    }

    fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).trim().to_owned();
        Self {
            is_mains: fields.text("power") == "mains",
            from: text("from"),
            until: text("until"),
            tasks: text("tasks"),
        }
    }

    fn policy(&self) -> Result<PowerPolicy, AgentRefusal> {
        let hours = match (number(&self.from)?, number(&self.until)?) {
            (None, None) => None,
            (Some(from), Some(until)) => Some(Hours { from, until }),
            (Some(_), None) | (None, Some(_)) => return Err(AgentRefusal::PolicyNotToBeKept),
        };
        let power = if self.is_mains { PowerSource::Mains } else { PowerSource::Any };
        Ok(PowerPolicy { power, hours, max_tasks: number(&self.tasks)? })
    }
}

fn number<T: FromStr>(typed: &str) -> Result<Option<T>, AgentRefusal> {
    if typed.is_empty() {
        return Ok(None);
    }
    typed.parse().map(Some).map_err(|_| AgentRefusal::PolicyNotToBeKept)
}

/// A policy for people: `On mains power only, by its own clock 22:00–6:00, tasks at once at most: 2`.
pub fn told(policy: PowerPolicy) -> String {
    let power = match policy.power {
        PowerSource::Any => ENGLISH.power_any,
        PowerSource::Mains => ENGLISH.power_mains,
    };
    let hours = policy.hours.map_or_else(
        || ENGLISH.power_all_day.to_owned(),
        |Hours { from, until }| format!("{} {from}:00–{until}:00", ENGLISH.power_between),
    );
    let tasks = policy.max_tasks.map(|it| format!("{} {it}", ENGLISH.power_at_most));
    [Some(power.to_owned()), Some(hours), tasks].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
