//! Questions that the search answers.

use super::{ABOUT, ACCOUNT, AGENT, KIND, TASK, TIME};
use crate::{Page, PageRequest, ProjectionError, runner::Finder};
use edgecoder_events::{AccountId, AgentId, Position, TaskId, UnixMillis};
use edgecoder_search_index::{Query, Reader};

/// Which entries are wanted; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub task: Option<TaskId>,
    pub agent: Option<AgentId>,
    /// Any account that the event names: who pays, who is paid, whose machine it is, whose key was destroyed.
    pub account: Option<AccountId>,
    /// A kind, `task.submitted`, or a whole family, `task`.
    pub kind: Option<String>,
    pub from: Option<UnixMillis>,
    /// This millisecond still counts.
    pub to: Option<UnixMillis>,
    /// Words that all stand in the kind, the stream, the actor or the names of an entry.
    pub words: Option<String>,
}

/// Finds entries of the log. Cheap to clone.
#[derive(Clone, Default)]
pub struct LogSearch(Finder);

impl std::fmt::Debug for LogSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogSearch")
    }
}

impl LogSearch {
    pub(super) fn set(&self, reader: Reader) {
        self.0.set(reader);
    }

    /// Where the wanted entries stand, the newest first.
    ///
    /// # Errors
    /// [`ProjectionError::SearchNotReady`] in the first moments of a process.
    pub async fn find(
        &self,
        wanted: &Wanted,
        page: &PageRequest<Position>,
    ) -> Result<Page<Position, Position>, ProjectionError> {
        let query = wanted.query(page.after.unwrap_or(Position(u64::MAX)));
        let limit = page.limit();
        let found = self.0.ask(move |reader| reader.newest(&query, limit.saturating_add(1))).await?;
        Ok(Page::cut(found.into_iter().map(Position).collect(), limit, |position| *position))
    }
}

impl Wanted {
    fn query(&self, before: Position) -> Query {
        let mut query = Query::default().keys(0..before.0);
        let terms = [
            (TASK, self.task.as_ref().map(TaskId::as_str)),
            (AGENT, self.agent.as_ref().map(AgentId::as_str)),
            (ACCOUNT, self.account.as_ref().map(AccountId::as_str)),
            (KIND, self.kind.as_deref()),
        ];
        for (field, value) in terms {
            query = value.into_iter().fold(query, |query, value| query.term(field, value));
        }
        if self.from.is_some() || self.to.is_some() {
            query = query.between(TIME, self.from.map_or(0, |it| it.0)..=self.to.map_or(u64::MAX, |it| it.0));
        }
        self.words.iter().fold(query, |query, words| query.words(ABOUT, words))
    }
}
