//! Questions that the search of tasks answers: each is asked of one owner's tasks.

use super::{AGENT, LANGUAGE, OWNER, PROJECT, STATE, TIME, WORD, WORK, changes::number_of, text};
use crate::{
    Page, PageRequest, ProjectionError,
    log::SealedContents,
    runner::Finder,
    sql::Word,
    task_board::{TaskBoard, TaskEntry, TaskState},
};
use edgecoder_events::{
    AccountId, AgentId, Position, ProjectId, UnixMillis,
    task::{Language, WorkKind},
};
use edgecoder_search_index::{Query, Reader};
use std::{collections::BTreeMap, sync::Arc};

/// Which tasks of an owner are wanted; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words that all stand in the prompt, or in the names of the files, the task or the project. Whole words, in any case.
    pub text: Option<String>,
    pub state: Option<TaskState>,
    pub work: Option<WorkKind>,
    pub language: Option<Language>,
    pub project: Option<ProjectId>,
    /// A machine that holds a subtask or held one last.
    pub agent: Option<AgentId>,
    /// Submitted then or later.
    pub from: Option<UnixMillis>,
    /// Submitted then or earlier.
    pub to: Option<UnixMillis>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The newest first. The last page may be the empty one.
    pub page: Page<TaskEntry, Position>,
    /// How many match in each state, whichever state was asked for; states without any are left out.
    pub counts: BTreeMap<TaskState, u64>,
}

/// Finds tasks of an owner. Cheap to clone.
#[derive(Clone)]
pub struct TaskSearch {
    index: Finder,
    pub(super) board: TaskBoard,
    pub(super) contents: Arc<dyn SealedContents>,
}

impl std::fmt::Debug for TaskSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TaskSearch")
    }
}

impl TaskSearch {
    pub(crate) fn new(board: TaskBoard, contents: Arc<dyn SealedContents>) -> Self {
        Self { index: Finder::default(), board, contents }
    }

    pub(super) fn set(&self, reader: Reader) {
        self.index.set(reader);
    }

    /// The wanted tasks of this owner, and of nobody else. Takes time that grows with what matches.
    ///
    /// # Errors
    /// [`ProjectionError::SearchNotReady`] in the first moments of a process.
    pub async fn find(
        &self,
        owner: &AccountId,
        wanted: &Wanted,
        page: &PageRequest<Position>,
    ) -> Result<Found, ProjectionError> {
        let Some(all) = self.query(owner, wanted).await? else { return Ok(Found::default()) };
        let (listed, limit) = (listed(&all, wanted.state, page.after), page.limit());
        let asked = self
            .index
            .ask(move |reader| Ok((reader.newest(&listed, limit.saturating_add(1))?, reader.counts(&all, STATE)?)));
        let (positions, counts) = asked.await?;
        let page = Page::cut(positions.into_iter().map(Position).collect(), limit, |it| *it);
        let mut items = self.board.at(&page.items).await?;
        // The board knows more than the index, and says whose a task is.
        items.retain(|it| it.account == *owner && wanted.state.is_none_or(|state| it.state == state));
        let counts = TaskState::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect();
        Ok(Found { page: Page { items, next: page.next }, counts })
    }

    /// The conditions without the state; none where nothing can match.
    async fn query(&self, owner: &AccountId, wanted: &Wanted) -> Result<Option<Query>, ProjectionError> {
        let query = wanted.narrow(Query::default().term(OWNER, owner.as_str()));
        let Some(text) = &wanted.text else { return Ok(Some(query)) };
        let words = text::wanted(text);
        let key = self.contents.word_key(owner).await.map_err(ProjectionError::Log)?;
        let Some(key) = key.filter(|_| !words.is_empty()) else { return Ok(None) };
        Ok(Some(words.iter().fold(query, |query, word| query.term(WORD, key.mark(word)))))
    }
}

impl Default for Found {
    /// Nothing.
    fn default() -> Self {
        Self { page: Page { items: Vec::new(), next: None }, counts: BTreeMap::new() }
    }
}

/// The conditions of one page of a list.
fn listed(all: &Query, state: Option<TaskState>, before: Option<Position>) -> Query {
    let listed = state.into_iter().map(number_of).fold(all.clone(), |query, it| query.between(STATE, it..=it));
    before.into_iter().fold(listed, |query, before| query.keys(0..before.0))
}

impl Wanted {
    fn narrow(&self, query: Query) -> Query {
        let terms = [
            (WORK, self.work.map(Word::word)),
            (LANGUAGE, self.language.map(Word::word)),
            (PROJECT, self.project.as_ref().map(ProjectId::as_str)),
            (AGENT, self.agent.as_ref().map(AgentId::as_str)),
        ];
        let mut query = query;
        for (field, value) in terms {
            query = value.into_iter().fold(query, |query, value| query.term(field, value));
        }
        if self.from.is_some() || self.to.is_some() {
            query = query.between(TIME, self.from.map_or(0, |it| it.0)..=self.to.map_or(u64::MAX, |it| it.0));
        }
        query
    }
}
