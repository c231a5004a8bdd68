//! The anchors in tables.

use super::changes::{AnchorEntry, AnchorRequest, AnchorState, Changes};
use crate::{
    ProjectionError, Question,
    runner::SqlProjection,
    sql::{Cell, Colour, Database, Row, Table, Tx, Word},
};
use edgecoder_events::{BitcoinHash, BlobRef, CheckpointDigest, Position, Recorded};

const REQUESTS: Table = Table {
    name: "anchors__requests",
    columns: &["position", "checkpoint", "size", "way", "note", "requested_at"],
    key: &[],
};
const STATES: Table = Table {
    name: "anchors__states",
    columns: &["checkpoint", "stage", "changed_at", "transaction_id", "height", "block", "proof", "evidence"],
    key: &["checkpoint"],
};
/// The columns of an anchor, as [`read_entry`] takes them.
pub(super) const ENTRY_COLUMNS: &str = "r.position, r.checkpoint, r.size, r.way, r.note, r.requested_at, s.stage, \
    s.changed_at, s.transaction_id, s.height, s.block, s.proof, s.evidence";

/// The anchors as rows.
pub(crate) struct AnchorTables;

impl SqlProjection for AnchorTables {
    const QUESTION: Question = Question::Anchors;
    const CODE_VERSION: i64 = 1;
    const TABLES: &'static [&'static str] = &[REQUESTS.name, STATES.name];
    type Rows = Changes;

    fn schema(database: &Database) -> &'static str {
        database.pick(
            include_str!("../../../migrations/sqlite/projections/0005_anchors.sql"),
            include_str!("../../../migrations/postgres/projections/0005_anchors.sql"),
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
        REQUESTS.write(tx, colour, rows.requests.iter().map(request_cells).collect()).await?;
        let states = rows.states.iter().map(|(checkpoint, state)| state_cells(checkpoint, state));
        STATES.write(tx, colour, states.collect()).await
    }
}

fn request_cells(request: &AnchorRequest) -> Vec<Cell> {
    vec![
        Cell::count(request.position.0),
        Cell::bytes(request.checkpoint.0),
        Cell::count(request.size.0),
        Cell::text(request.way.word()),
        Cell::bytes(request.note.0),
        Cell::count(request.requested_at.0),
    ]
}

fn state_cells(checkpoint: &CheckpointDigest, state: &AnchorState) -> Vec<Cell> {
    let hash = |hash: Option<BitcoinHash>| Cell::Bytes(hash.map(|it| it.0.to_vec()));
    vec![
        Cell::bytes(checkpoint.0),
        Cell::text(state.stage.word()),
        Cell::count(state.changed_at.0),
        hash(state.transaction),
        Cell::Int(state.height.map(i64::from)),
        hash(state.block),
        Cell::blob(state.proof),
        Cell::blob(state.evidence),
    ]
}

pub(super) fn read_entry(row: Row) -> Result<AnchorEntry, ProjectionError> {
    let mut row = row.of(REQUESTS.name);
    let request = AnchorRequest {
        position: Position(row.count()?),
        checkpoint: CheckpointDigest(row.fixed()?),
        size: Position(row.count()?),
        way: row.word()?,
        note: BlobRef(row.fixed()?),
        requested_at: row.instant()?,
    };
    let mut row = row.of(STATES.name);
    let state = AnchorState {
        stage: row.word()?,
        changed_at: row.instant()?,
        transaction: row.maybe_fixed()?.map(BitcoinHash),
        height: row.maybe_number()?,
        block: row.maybe_fixed()?.map(BitcoinHash),
        proof: row.maybe_fixed()?.map(BlobRef),
        evidence: row.maybe_fixed()?.map(BlobRef),
    };
    Ok(AnchorEntry { request, state })
}
