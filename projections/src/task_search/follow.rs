//! What does the index take in? The tasks that events touched, once before each commit, as the board has them by then.
//!
//! The board may be ahead of the events that are taken in. That does no harm: whatever it has more comes as an event
//! later, and then the task is looked at again; so the index ends where the board does.

use super::{
    LAYOUT, OWNER, TASK,
    changes::{self, Touched},
    read::TaskSearch,
    text,
};
use crate::{
    ProjectionError,
    runner::{IndexProjection, ProgressReader, Shelf, Turn},
    task_board::TaskEntry,
};
use edgecoder_events::{AgentId, Position, TaskId};
use edgecoder_search_index::{Index, Layout, Reader};
use std::{collections::BTreeSet, mem};

/// How many tasks are read from the board at once.
const TASKS_AT_ONCE: usize = 256;

/// Brings tasks into the index.
pub(crate) struct TaskFollower {
    search: TaskSearch,
    /// How far the board has come.
    on_board: ProgressReader,
    touched: Touched,
}

impl TaskFollower {
    pub(crate) fn new(search: TaskSearch, on_board: ProgressReader) -> Self {
        Self { search, on_board, touched: Touched::default() }
    }

    async fn look_at(&self, index: &Shelf, names: &[TaskId]) -> Result<(), ProjectionError> {
        let tasks = self.search.board.of_names(names).await?;
        let positions: Vec<Position> = tasks.iter().map(|it| it.position).collect();
        let mut agents = self.search.board.agents_of(&positions).await?;
        for task in tasks {
            let agents = agents.remove(&task.position).unwrap_or_default();
            self.put(index, task, agents).await?;
        }
        Ok(())
    }

    /// A task is found for as long as what was submitted opens: not again after its owner was forgotten.
    async fn put(&self, index: &Shelf, task: TaskEntry, agents: BTreeSet<AgentId>) -> Result<(), ProjectionError> {
        let submission =
            self.search.contents.opened(&task.account, task.content).await.map_err(ProjectionError::Log)?;
        let key = self.search.contents.word_key(&task.account).await.map_err(ProjectionError::Log)?;
        let Some((submission, key)) = submission.zip(key) else {
            let remove = move |index: &mut Index| {
                index.remove(TASK, task.task.as_str());
                Ok(())
            };
            return index.work(remove).await;
        };
        let put = move |index: &mut Index| {
            let document = changes::document(&task, &agents, text::marks(&task, &submission, &key));
            index.put(TASK, task.task.as_str(), document)
        };
        index.work(put).await
    }
}

impl IndexProjection for TaskFollower {
    const LAYOUT: Layout = LAYOUT;

    fn begin(&mut self, reader: Reader) {
        self.touched = Touched::default();
        self.search.set(reader);
    }

    async fn take_in(&mut self, _: &Shelf, turn: Turn) -> Result<(), ProjectionError> {
        turn.iter().flat_map(|batch| batch.iter()).for_each(|recorded| self.touched.notice(recorded));
        Ok(())
    }

    async fn before_commit(&mut self, index: &Shelf, next: Position) -> Result<(), ProjectionError> {
        self.on_board.caught_up(next).await?;
        let Touched { tasks, forgotten } = mem::take(&mut self.touched);
        // First: whoever came back and has submitted again has a new key, and those tasks are put in below.
        let remove = move |index: &mut Index| {
            for owner in &forgotten {
                index.remove(OWNER, owner);
            }
            Ok(())
        };
        index.work(remove).await?;
        let tasks: Vec<TaskId> = tasks.into_iter().collect();
        for names in tasks.chunks(TASKS_AT_ONCE) {
            self.look_at(index, names).await?;
        }
        Ok(())
    }
}
