//! Questions that the list of anchors answers.

use super::{
    AnchorEntry,
    table::{ENTRY_COLUMNS, read_entry},
};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database, Word},
};
use edgecoder_events::{CheckpointDigest, Position, anchor::AnchorWay};

const ALL: &str = "anchors_requests r JOIN anchors_states s ON s.checkpoint = r.checkpoint";
/// Confirmed anchors that are looked at again: of the newest so many.
const WATCHED_AFTER_CONFIRMING: u64 = 100;

/// Reads the anchors.
#[derive(Debug, Clone)]
pub struct Anchors {
    database: Database,
}

impl Anchors {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// The anchor of one checkpoint.
    pub async fn get(&self, checkpoint: &CheckpointDigest) -> Result<Option<AnchorEntry>, ProjectionError> {
        let sql = format!("SELECT {ENTRY_COLUMNS} FROM {ALL} WHERE r.checkpoint = $1");
        Ok(self.read(&sql, vec![Cell::bytes(checkpoint.0)]).await?.into_iter().next())
    }

    /// All of them, the newest first.
    pub async fn list(&self, page: &PageRequest<Position>) -> Result<Page<AnchorEntry, Position>, ProjectionError> {
        let sql = format!("SELECT {ENTRY_COLUMNS} FROM {ALL} WHERE r.position < $1 ORDER BY r.position DESC LIMIT $2");
        let before = page.after.map_or(Cell::int(i64::MAX), |it| Cell::count(it.0));
        let entries = self.read(&sql, vec![before, Cell::count(page.limit() as u64 + 1)]).await?;
        Ok(Page::cut(entries, page.limit(), |it| it.request.position))
    }

    /// At most `limit` of one way that somebody must still look after, the oldest first: on their way, or confirmed
    /// lately, for their blocks may go away.
    pub async fn open(&self, way: AnchorWay, limit: usize) -> Result<Vec<AnchorEntry>, ProjectionError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM {ALL} WHERE r.way = $1 AND (s.stage NOT IN ('attested', 'confirmed') OR \
             (s.stage = 'confirmed' AND r.position IN \
             (SELECT position FROM anchors_requests ORDER BY position DESC LIMIT $2))) ORDER BY r.position LIMIT $3"
        );
        let cells = vec![Cell::text(way.word()), Cell::count(WATCHED_AFTER_CONFIRMING), Cell::count(limit as u64)];
        self.read(&sql, cells).await
    }

    async fn read(&self, sql: &str, cells: Vec<Cell>) -> Result<Vec<AnchorEntry>, ProjectionError> {
        self.database.read(sql, cells).await?.into_iter().map(read_entry).collect()
    }
}
