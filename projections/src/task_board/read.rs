//! Questions that the board answers.

use super::{
    SubtaskEntry, TaskEntry, TaskState,
    table::{read_subtask, read_task, subtask_columns, task_columns},
};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database, Word},
};
use edgecoder_events::{AccountId, Position, ProjectId, TaskId};
use std::{collections::BTreeMap, fmt::Write as _};

/// Reads where tasks stand.
#[derive(Debug, Clone)]
pub struct TaskBoard {
    database: Database,
}

/// Which tasks a list shows; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    pub account: Option<AccountId>,
    pub project: Option<ProjectId>,
    pub state: Option<TaskState>,
}

impl TaskBoard {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// The task, where it was submitted.
    pub async fn task(&self, task: &TaskId) -> Result<Option<TaskEntry>, ProjectionError> {
        let sql = format!("SELECT {} FROM task_board_tasks WHERE task = $1", task_columns());
        let rows = self.database.read(&sql, vec![Cell::text(task.as_str())]).await?;
        rows.into_iter().next().map(read_task).transpose()
    }

    /// The subtasks of a task, in the order of its plan; none before there is one.
    pub async fn subtasks(&self, task: &TaskEntry) -> Result<Vec<SubtaskEntry>, ProjectionError> {
        let columns = subtask_columns();
        let sql = format!("SELECT {columns} FROM task_board_subtasks WHERE position = $1 ORDER BY subtask");
        let rows = self.database.read(&sql, vec![Cell::count(task.position.0)]).await?;
        rows.into_iter().map(|row| Ok(read_subtask(row)?.1)).collect()
    }

    /// The tasks that the filter takes, the newest first.
    pub async fn list(
        &self,
        filter: &TaskFilter,
        page: &PageRequest<Position>,
    ) -> Result<Page<TaskEntry, Position>, ProjectionError> {
        let (conditions, cells) = filter.conditions(page);
        let columns = task_columns();
        let sql = format!(
            "SELECT {columns} FROM task_board_tasks WHERE position < $1{conditions} ORDER BY position DESC LIMIT $2"
        );
        let rows = self.database.read(&sql, cells).await?;
        let tasks = rows.into_iter().map(read_task).collect::<Result<_, _>>()?;
        Ok(Page::cut(tasks, page.limit(), |it: &TaskEntry| it.position))
    }

    /// How many tasks are in each state; states without any are left out.
    pub async fn counts(&self) -> Result<BTreeMap<TaskState, u64>, ProjectionError> {
        let sql = "SELECT state, COUNT(*) FROM task_board_tasks GROUP BY state";
        let rows = self.database.read(sql, vec![]).await?;
        let count = |row: crate::sql::Row| {
            let mut row = row.of("task_board_tasks");
            Ok((row.word()?, row.count()?))
        };
        rows.into_iter().map(count).collect()
    }
}

impl TaskFilter {
    fn conditions(&self, page: &PageRequest<Position>) -> (String, Vec<Cell>) {
        let before = page.after.map_or(Cell::int(i64::MAX), |it| Cell::count(it.0));
        let (mut text, mut cells) = (String::new(), vec![before, Cell::count(page.limit() as u64 + 1)]);
        let asked = [
            ("account", self.account.as_ref().map(AccountId::as_str)),
            ("project", self.project.as_ref().map(ProjectId::as_str)),
            ("state", self.state.map(Word::word)),
        ];
        for (column, wanted) in asked {
            if let Some(wanted) = wanted {
                cells.push(Cell::text(wanted));
                write!(text, " AND {column} = ${}", cells.len()).expect("a text takes any text");
            }
        }
        (text, cells)
    }
}
