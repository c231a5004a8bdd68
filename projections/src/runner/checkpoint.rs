//! Which event did a set of tables take in last? Written in the same transaction as its rows.

use super::SqlProjection;
use crate::{
    ProjectionError, Question,
    sql::{Cell, Colour, Database, Tx, view},
};
use edgecoder_events::{EventId, Position, Recorded};

const SQLITE: &str = include_str!("../../../migrations/sqlite/projections/0001_checkpoints.sql");
const POSTGRES: &str = include_str!("../../../migrations/postgres/projections/0001_checkpoints.sql");

/// One set of tables and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    pub colour: Colour,
    pub code_version: i64,
    pub next: Position,
    pub last: Option<EventId>,
}

pub(crate) async fn prepare(database: &Database) -> Result<(), ProjectionError> {
    let mut tx = database.begin().await?;
    tx.script(database.pick(SQLITE, POSTGRES).to_owned()).await?;
    tx.commit().await
}

/// The live side of a projection, where it has one.
pub(super) async fn live(database: &Database, question: Question) -> Result<Option<Side>, ProjectionError> {
    let sql = "SELECT colour, code_version, next_position, last_event FROM checkpoints WHERE question=$1 AND live=1";
    let rows = database.read(sql, vec![Cell::text(question.name())]).await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let mut row = row.of("checkpoints");
    let name: String = row.take()?;
    let damaged = ProjectionError::Damaged { table: "checkpoints", found: name.clone() };
    let colour = Colour::named(&name).ok_or(damaged)?;
    let (code_version, next) = (row.take()?, Position(row.count()?));
    Ok(Some(Side { colour, code_version, next, last: row.maybe_fixed()?.map(EventId) }))
}

/// Makes empty tables of one colour, in place of whatever had their names.
pub(super) async fn begin_side<P: SqlProjection>(
    database: &Database,
    colour: Colour,
    live: bool,
) -> Result<Side, ProjectionError> {
    let mut tx = database.begin().await?;
    drop_tables::<P>(&mut tx, colour).await?;
    tx.script(colour.paint(P::schema(database))).await?;
    if live {
        show::<P>(&mut tx, colour).await?;
    }
    let sql = "INSERT INTO checkpoints (question, colour, live, code_version, next_position) VALUES ($1,$2,$3,$4,0)";
    let cells = vec![
        Cell::text(P::QUESTION.name()),
        Cell::text(colour.name()),
        Cell::int(i64::from(live)),
        Cell::int(P::CODE_VERSION),
    ];
    tx.execute(sql.to_owned(), cells).await?;
    tx.commit().await?;
    Ok(Side { colour, code_version: P::CODE_VERSION, next: Position(0), last: None })
}

/// Makes a finished side the live one; what was live before is dropped.
pub(super) async fn make_live<P: SqlProjection>(database: &Database, colour: Colour) -> Result<(), ProjectionError> {
    let mut tx = database.begin().await?;
    show::<P>(&mut tx, colour).await?;
    drop_tables::<P>(&mut tx, colour.other()).await?;
    let sql = "UPDATE checkpoints SET live=1 WHERE question=$1 AND colour=$2";
    tx.execute(sql.to_owned(), vec![Cell::text(P::QUESTION.name()), Cell::text(colour.name())]).await?;
    tx.commit().await
}

/// Takes the events in, all or none. The comparison with the position that was read before keeps a second process from
/// taking the same events in a second time.
pub(super) async fn advance<P: SqlProjection>(
    database: &Database,
    side: &mut Side,
    events: &[&Recorded],
) -> Result<(), ProjectionError> {
    let Some(newest) = events.last() else { return Ok(()) };
    let next = Position(newest.position.0 + 1);
    let mut tx = database.begin().await?;
    let sql = "UPDATE checkpoints SET next_position=$1, last_event=$2 \
               WHERE question=$3 AND colour=$4 AND next_position=$5";
    let cells = vec![
        Cell::count(next.0),
        Cell::bytes(newest.event_id.0),
        Cell::text(P::QUESTION.name()),
        Cell::text(side.colour.name()),
        Cell::count(side.next.0),
    ];
    if tx.execute(sql.to_owned(), cells).await? != 1 {
        return Err(ProjectionError::Overtaken);
    }
    let mut rows = P::load(&mut tx, side.colour, events).await?;
    for recorded in events {
        P::apply(&mut rows, recorded)?;
    }
    P::save(&mut tx, side.colour, rows).await?;
    tx.commit().await?;
    (side.next, side.last) = (next, Some(newest.event_id));
    Ok(())
}

async fn show<P: SqlProjection>(tx: &mut Tx, colour: Colour) -> Result<(), ProjectionError> {
    for table in P::TABLES {
        let (view, table) = (view(table), colour.paint(table));
        tx.script(format!("DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS SELECT * FROM {table}")).await?;
    }
    Ok(())
}

async fn drop_tables<P: SqlProjection>(tx: &mut Tx, colour: Colour) -> Result<(), ProjectionError> {
    for table in P::TABLES {
        tx.script(format!("DROP TABLE IF EXISTS {}", colour.paint(table))).await?;
    }
    let sql = "DELETE FROM checkpoints WHERE question=$1 AND colour=$2";
    tx.execute(sql.to_owned(), vec![Cell::text(P::QUESTION.name()), Cell::text(colour.name())]).await?;
    Ok(())
}
