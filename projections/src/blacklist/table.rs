//! The blacklist in tables.

use super::changes::{BlacklistEntry, Changes};
use crate::{
    ProjectionError, Question,
    runner::SqlProjection,
    sql::{Cell, Colour, Database, Row, Table, Tx, Word},
};
use edgecoder_events::{Actor, EventId, Position, PublicKey, Recorded, Signature};

const ENTRIES: Table = Table {
    name: "blacklist__entries",
    columns: &[
        "position",
        "agent",
        "step",
        "reason_code",
        "reason",
        "evidence_sha256",
        "reported_at",
        "expires_at",
        "reporter",
        "reporter_key",
        "reporter_signature",
        "actor",
        "event_id",
        "recorded_at",
    ],
    key: &[],
};
const NEWEST: Table = Table { name: "blacklist__newest", columns: &["agent", "position"], key: &["agent"] };
/// The columns of an entry, as [`read_entry`] takes them.
pub(super) const ENTRY_COLUMNS: &str = "e.position, e.event_id, e.recorded_at, e.agent, e.step, e.reason, e.actor, \
    e.reason_code, e.evidence_sha256, e.reported_at, e.expires_at, e.reporter, e.reporter_key, e.reporter_signature";

/// The blacklist as rows.
pub(crate) struct BlacklistTables;

impl SqlProjection for BlacklistTables {
    const QUESTION: Question = Question::Blacklist;
    const CODE_VERSION: i64 = 1;
    const TABLES: &'static [&'static str] = &[ENTRIES.name, NEWEST.name];
    type Rows = Changes;

    fn schema(database: &Database) -> &'static str {
        database.pick(
            include_str!("../../../migrations/sqlite/projections/0004_blacklist.sql"),
            include_str!("../../../migrations/postgres/projections/0004_blacklist.sql"),
        )
    }

    async fn load(_: &mut Tx, _: Colour, _: &[&Recorded]) -> Result<Changes, ProjectionError> {
        Ok(Changes::default())
    }

    fn apply(rows: &mut Changes, recorded: &Recorded) -> Result<(), ProjectionError> {
        rows.apply(recorded);
        Ok(())
    }

    async fn save(tx: &mut Tx, colour: Colour, rows: Changes) -> Result<(), ProjectionError> {
        ENTRIES.write(tx, colour, rows.entries.iter().map(entry_cells).collect()).await?;
        let newest = rows.newest.iter().map(|(agent, at)| vec![Cell::text(agent.as_str()), Cell::count(at.0)]);
        NEWEST.write(tx, colour, newest.collect()).await
    }
}

fn entry_cells(entry: &BlacklistEntry) -> Vec<Cell> {
    let report = entry.report.as_ref();
    vec![
        Cell::count(entry.position.0),
        Cell::text(entry.agent.as_str()),
        Cell::text(entry.step.word()),
        Cell::maybe_text(report.map(|it| it.reason_code.word())),
        Cell::text(&entry.reason),
        Cell::maybe_text(report.map(|it| &it.evidence_sha256)),
        Cell::instant(report.map(|it| it.reported_at)),
        Cell::instant(report.and_then(|it| it.expires_at)),
        Cell::maybe_text(report.map(|it| &it.reporter)),
        Cell::Bytes(report.map(|it| it.reporter_key.0.to_vec())),
        Cell::Bytes(report.map(|it| it.reporter_signature.0.to_vec())),
        Cell::text(entry.actor.as_str()),
        Cell::bytes(entry.event_id.0),
        Cell::count(entry.recorded_at.0),
    ]
}

pub(super) fn read_entry(row: Row) -> Result<BlacklistEntry, ProjectionError> {
    let mut row = row.of(ENTRIES.name);
    let mut entry = BlacklistEntry {
        position: Position(row.count()?),
        event_id: EventId(row.fixed()?),
        recorded_at: row.instant()?,
        agent: row.id()?,
        step: row.word()?,
        reason: row.take()?,
        actor: Actor::from_log(row.take::<String>()?),
        report: None,
    };
    if let Some(reason_code) = row.maybe_word()? {
        entry.report = Some(super::Report {
            reason_code,
            evidence_sha256: row.take()?,
            reported_at: row.instant()?,
            expires_at: row.maybe_instant()?,
            reporter: row.take()?,
            reporter_key: PublicKey(row.fixed()?),
            reporter_signature: Signature(row.fixed()?),
        });
    }
    Ok(entry)
}
