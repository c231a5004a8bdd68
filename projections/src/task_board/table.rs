//! The board in tables.

use super::{
    Reviewed, SubtaskEntry, TaskEntry,
    changes::{Board, OnBoard, task_of},
};
use crate::{
    ProjectionError, Question,
    runner::SqlProjection,
    sql::{Cell, Colour, Database, Row, Table, Tx, Word},
};
use edgecoder_events::{AgentId, BlobRef, Event, ModelName, Position, Recorded, SubtaskIndex};
use std::collections::{BTreeSet, HashMap};

const TASKS: Table = Table {
    name: "task_board__tasks",
    columns: &[
        "position",
        "task",
        "account",
        "project",
        "state",
        "work",
        "language",
        "resource",
        "priority",
        "requested_model",
        "content",
        "budget",
        "cost",
        "fail_reason",
        "submitted_at",
        "planned_at",
        "changed_at",
        "ended_at",
        "review",
        "review_content",
        "reviewed_at",
    ],
    key: &["position"],
};
const SUBTASKS: Table = Table {
    name: "task_board__subtasks",
    columns: &[
        "position",
        "subtask",
        "state",
        "work",
        "language",
        "content",
        "depends_on",
        "timeout_ms",
        "attempts",
        "agent",
        "granted_at",
        "limit_ms",
        "verdict",
        "report",
        "paid_ms",
        "cost",
        "last_return",
        "changed_at",
    ],
    key: &["position", "subtask"],
};

/// The board as rows.
pub(crate) struct TaskTables;

impl SqlProjection for TaskTables {
    const QUESTION: Question = Question::TaskBoard;
    const CODE_VERSION: i64 = 6;
    const TABLES: &'static [&'static str] = &[TASKS.name, SUBTASKS.name];
    type Rows = Board;

    fn schema(database: &Database) -> &'static str {
        database.pick(
            include_str!("../../../migrations/sqlite/projections/0002_task_board.sql"),
            include_str!("../../../migrations/postgres/projections/0002_task_board.sql"),
        )
    }

    /// Tasks that are submitted by these events have no rows yet.
    async fn load(tx: &mut Tx, colour: Colour, events: &[&Recorded]) -> Result<Board, ProjectionError> {
        let (mut known, mut new) = (BTreeSet::new(), BTreeSet::new());
        for recorded in events {
            let Some(task) = task_of(&recorded.event) else { continue };
            if matches!(recorded.event, Event::TaskSubmitted(_)) {
                new.insert(task);
            } else if !new.contains(task) {
                known.insert(task);
            }
        }
        let keys: Vec<_> = known.into_iter().map(|it| Cell::text(it.as_str())).collect();
        load_tasks(tx, colour, &keys).await
    }

    fn apply(rows: &mut Board, recorded: &Recorded) -> Result<(), ProjectionError> {
        rows.apply(recorded);
        Ok(())
    }

    async fn save(tx: &mut Tx, colour: Colour, rows: Board) -> Result<(), ProjectionError> {
        let mut all: Vec<OnBoard> = rows.tasks.into_values().collect();
        // In the order of the key: neighbours go to the same page.
        all.sort_by_key(|it| it.task.position);
        TASKS.write(tx, colour, all.iter().map(|it| task_cells(&it.task)).collect()).await?;
        let subtasks =
            all.iter().flat_map(|it| it.subtasks.iter().map(|subtask| subtask_cells(it.task.position, subtask)));
        SUBTASKS.write(tx, colour, subtasks.collect()).await
    }
}

async fn load_tasks(tx: &mut Tx, colour: Colour, keys: &[Cell]) -> Result<Board, ProjectionError> {
    let sql = format!("SELECT {} FROM {} WHERE task IN", task_columns(), TASKS.name);
    let (mut by_position, mut positions) = (HashMap::new(), Vec::new());
    for row in Table::read_where_in(tx, &colour.paint(&sql), keys).await? {
        let task = read_task(row)?;
        positions.push(Cell::count(task.position.0));
        by_position.insert(task.position, OnBoard { task, subtasks: Vec::new() });
    }
    let sql = format!("SELECT {} FROM {} WHERE position IN", subtask_columns(), SUBTASKS.name);
    for row in Table::read_where_in(tx, &colour.paint(&sql), &positions).await? {
        let (position, subtask) = read_subtask(row)?;
        if let Some(task) = by_position.get_mut(&position) {
            task.subtasks.push(subtask);
        }
    }
    let mut board = Board::default();
    for (_, mut task) in by_position {
        task.subtasks.sort_by_key(|it| it.subtask);
        board.tasks.insert(task.task.task.clone(), task);
    }
    Ok(board)
}

/// As [`read_task`] takes them.
pub(super) fn task_columns() -> String {
    TASKS.columns.join(",")
}

/// As [`read_subtask`] takes them.
pub(super) fn subtask_columns() -> String {
    SUBTASKS.columns.join(",")
}

fn task_cells(it: &TaskEntry) -> Vec<Cell> {
    vec![
        Cell::count(it.position.0),
        Cell::text(it.task.as_str()),
        Cell::text(it.account.as_str()),
        Cell::text(it.project.as_str()),
        Cell::text(it.state.word()),
        Cell::text(it.work.word()),
        Cell::text(it.language.word()),
        Cell::text(it.resource.word()),
        Cell::int(it.priority),
        Cell::maybe_text(it.requested_model.as_ref().map(ModelName::as_str)),
        Cell::bytes(it.content.0),
        Cell::amount(it.budget),
        Cell::amount(it.cost),
        Cell::maybe_text(it.fail_reason.map(Word::word)),
        Cell::count(it.submitted_at.0),
        Cell::instant(it.planned_at),
        Cell::count(it.changed_at.0),
        Cell::instant(it.ended_at),
        Cell::maybe_text(it.review.map(|review| review.decision.word())),
        Cell::blob(it.review.and_then(|review| review.content)),
        Cell::instant(it.review.map(|review| review.at)),
    ]
}

pub(super) fn read_task(row: Row) -> Result<TaskEntry, ProjectionError> {
    let mut row = row.of(TASKS.name);
    Ok(TaskEntry {
        position: Position(row.count()?),
        task: row.id()?,
        account: row.id()?,
        project: row.id()?,
        state: row.word()?,
        work: row.word()?,
        language: row.word()?,
        resource: row.word()?,
        priority: row.number()?,
        requested_model: row.maybe_id()?,
        content: BlobRef(row.fixed()?),
        budget: row.amount()?,
        cost: row.amount()?,
        fail_reason: row.maybe_word()?,
        submitted_at: row.instant()?,
        planned_at: row.maybe_instant()?,
        changed_at: row.instant()?,
        ended_at: row.maybe_instant()?,
        review: read_review(&mut row)?,
    })
}

fn read_review(row: &mut Row) -> Result<Option<Reviewed>, ProjectionError> {
    let (decision, content, at) = (row.maybe_word()?, row.maybe_fixed()?.map(BlobRef), row.maybe_instant()?);
    Ok(decision.zip(at).map(|(decision, at)| Reviewed { decision, content, at }))
}

fn subtask_cells(position: Position, it: &SubtaskEntry) -> Vec<Cell> {
    let depends_on: Vec<_> = it.depends_on.iter().map(ToString::to_string).collect();
    vec![
        Cell::count(position.0),
        Cell::int(it.subtask.0),
        Cell::text(it.state.word()),
        Cell::text(it.work.word()),
        Cell::text(it.language.word()),
        Cell::bytes(it.content.0),
        Cell::text(depends_on.join(",")),
        Cell::count(it.timeout_ms),
        Cell::int(it.attempts),
        Cell::maybe_text(it.agent.as_ref().map(AgentId::as_str)),
        Cell::instant(it.granted_at),
        it.limit_ms.map_or(Cell::Int(None), Cell::count),
        Cell::maybe_text(it.verdict.map(Word::word)),
        Cell::blob(it.report),
        Cell::count(it.paid_ms),
        Cell::amount(it.cost),
        Cell::maybe_text(it.last_return.map(Word::word)),
        Cell::count(it.changed_at.0),
    ]
}

pub(super) fn read_subtask(row: Row) -> Result<(Position, SubtaskEntry), ProjectionError> {
    let mut row = row.of(SUBTASKS.name);
    let position = Position(row.count()?);
    let entry = SubtaskEntry {
        subtask: SubtaskIndex(row.number()?),
        state: row.word()?,
        work: row.word()?,
        language: row.word()?,
        content: BlobRef(row.fixed()?),
        depends_on: read_indices(&row.take::<String>()?)?,
        timeout_ms: row.count()?,
        attempts: row.number()?,
        agent: row.maybe_id()?,
        granted_at: row.maybe_instant()?,
        limit_ms: row.maybe_instant()?.map(|it| it.0),
        verdict: row.maybe_word()?,
        report: row.maybe_fixed()?.map(BlobRef),
        paid_ms: row.count()?,
        cost: row.amount()?,
        last_return: row.maybe_word()?,
        changed_at: row.instant()?,
    };
    Ok((position, entry))
}

fn read_indices(text: &str) -> Result<Vec<SubtaskIndex>, ProjectionError> {
    let damaged = |_| ProjectionError::Damaged { table: SUBTASKS.name, found: text.to_owned() };
    text.split(',').filter(|it| !it.is_empty()).map(|it| it.parse().map(SubtaskIndex).map_err(damaged)).collect()
}
