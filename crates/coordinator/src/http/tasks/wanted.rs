//! Which tasks does a question of `GET /tasks` want, and does it take a search?

use crate::views;
use edgecoder_events::{
    AgentId, Position, ProjectId, UnixMillis,
    task::{Language, WorkKind},
};
use edgecoder_projections::{PageRequest, task_board::TaskFilter, task_search};
use edgecoder_service_kit::{callers::Reader, http::Problem};
use edgecoder_wire::tasks::TaskState;
use serde::Deserialize;
use utoipa::IntoParams;

const DEFAULT_LIMIT: usize = 50;
/// The longest text that is looked for, in bytes.
const MAX_TEXT_BYTES: usize = 256;

/// Which tasks are wanted. All that is asked must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// Whole words that all stand in the prompt, or in the names of the files, the task or the project.
    q: Option<String>,
    #[param(inline)]
    state: Option<TaskState>,
    #[param(value_type = Option<String>)]
    project_id: Option<ProjectId>,
    /// `program` or `prompt`.
    #[param(value_type = Option<String>)]
    work: Option<WorkKind>,
    #[param(value_type = Option<String>)]
    language: Option<Language>,
    /// A machine that holds a subtask or held one last.
    #[param(value_type = Option<String>)]
    agent_id: Option<AgentId>,
    /// Submitted then or later, in milliseconds since 1970.
    from: Option<u64>,
    /// Submitted then or earlier.
    to: Option<u64>,
    /// At most 500; 50 where there is none.
    limit: Option<usize>,
    /// `next` of the page before.
    before: Option<u64>,
}

impl Wanted {
    pub(super) fn page(&self) -> PageRequest<Position> {
        PageRequest::new(self.before.map(Position), self.limit.unwrap_or(DEFAULT_LIMIT))
    }

    /// The first field that only the search of one account's tasks answers.
    pub(super) fn searched_by(&self) -> Option<&'static str> {
        let asked = [
            ("q", self.q.is_some()),
            ("work", self.work.is_some()),
            ("language", self.language.is_some()),
            ("agentId", self.agent_id.is_some()),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
        ];
        asked.into_iter().find(|(_, is_asked)| *is_asked).map(|(field, _)| field)
    }

    /// The same for the task board, which knows everybody's.
    pub(super) fn listed(self, reader: Reader) -> TaskFilter {
        let account = match reader {
            Reader::Operator => None,
            Reader::Customer(account) => Some(account),
        };
        TaskFilter { account, project: self.project_id, state: self.state.map(views::board_state) }
    }

    /// The same for the search.
    ///
    /// # Errors
    /// 400 with the field that makes no sense.
    pub(super) fn checked(self) -> Result<task_search::Wanted, Problem> {
        let Self { q: text, state, project_id: project, work, language, agent_id: agent, from, to, .. } = self;
        if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT_BYTES) {
            return Err(Problem::bad_field("q", format!("expected at most {MAX_TEXT_BYTES} bytes")));
        }
        if text.as_ref().is_some_and(|text| !text.chars().any(char::is_alphanumeric)) {
            return Err(Problem::bad_field("q", "expected a word: letters or digits"));
        }
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Problem::bad_field("from", "expected a time that is not after `to`"));
        }
        let (state, from, to) = (state.map(views::board_state), from.map(UnixMillis), to.map(UnixMillis));
        Ok(task_search::Wanted { text, state, work, language, project, agent, from, to })
    }
}
