//! Questions that the board answers.

use super::{
    SubtaskEntry, TaskEntry, TaskState,
    table::{read_subtask, read_task, subtask_columns, task_columns},
};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database, Table, Word},
};
use edgecoder_events::{AccountId, AgentId, Position, ProjectId, TaskId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

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

    /// Those of these tasks that were submitted.
    pub(crate) async fn of_names(&self, tasks: &[TaskId]) -> Result<Vec<TaskEntry>, ProjectionError> {
        self.where_in("task", &tasks.iter().map(|it| Cell::text(it.as_str())).collect::<Vec<_>>()).await
    }

    /// The tasks that were submitted at these positions, the newest first.
    pub(crate) async fn at(&self, positions: &[Position]) -> Result<Vec<TaskEntry>, ProjectionError> {
        let mut tasks = self.where_in("position", &cells_of(positions)).await?;
        tasks.sort_by_key(|it| std::cmp::Reverse(it.position));
        Ok(tasks)
    }

    async fn where_in(&self, column: &str, keys: &[Cell]) -> Result<Vec<TaskEntry>, ProjectionError> {
        let sql = format!("SELECT {} FROM task_board_tasks WHERE {column} IN", task_columns());
        let rows = Table::read_where_in_of(&self.database, &sql, keys).await?;
        rows.into_iter().map(read_task).collect()
    }

    /// The machines that hold a subtask of each of these tasks or held one last.
    pub(crate) async fn agents_of(
        &self,
        tasks: &[Position],
    ) -> Result<BTreeMap<Position, BTreeSet<AgentId>>, ProjectionError> {
        let sql = "SELECT position, agent FROM task_board_subtasks WHERE agent IS NOT NULL AND position IN";
        let mut agents = BTreeMap::<_, BTreeSet<_>>::new();
        for row in Table::read_where_in_of(&self.database, sql, &cells_of(tasks)).await? {
            let mut row = row.of("task_board_subtasks");
            agents.entry(Position(row.count()?)).or_default().insert(row.id()?);
        }
        Ok(agents)
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

fn cells_of(positions: &[Position]) -> Vec<Cell> {
    positions.iter().map(|it| Cell::count(it.0)).collect()
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
