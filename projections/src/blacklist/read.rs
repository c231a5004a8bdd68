//! Questions that the blacklist answers.

use super::{
    BlacklistEntry,
    table::{ENTRY_COLUMNS, read_entry},
};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database, Row},
};
use edgecoder_events::{AgentId, Position, UnixMillis};

/// Reads the blacklist.
#[derive(Debug, Clone)]
pub struct Blacklist {
    database: Database,
}

impl Blacklist {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Why the agent is shut out at `now`, where it is.
    pub async fn shut_out(&self, agent: &AgentId, now: UnixMillis) -> Result<Option<BlacklistEntry>, ProjectionError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM blacklist_newest n JOIN blacklist_entries e ON e.position = n.position \
             WHERE n.agent = $1 AND e.step = 'blacklisted' AND (e.expires_at IS NULL OR e.expires_at > $2)"
        );
        let rows = self.database.read(&sql, vec![Cell::text(agent.as_str()), Cell::count(now.0)]).await?;
        rows.into_iter().next().map(read_entry).transpose()
    }

    /// Everybody who is shut out at `now`, by name.
    pub async fn list(
        &self,
        now: UnixMillis,
        page: &PageRequest<AgentId>,
    ) -> Result<Page<BlacklistEntry, AgentId>, ProjectionError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM blacklist_newest n JOIN blacklist_entries e ON e.position = n.position \
             WHERE n.agent > $1 AND e.step = 'blacklisted' AND (e.expires_at IS NULL OR e.expires_at > $2) \
             ORDER BY n.agent LIMIT $3"
        );
        let after = page.after.as_ref().map_or("", AgentId::as_str);
        let cells = vec![Cell::text(after), Cell::count(now.0), Cell::count(page.limit() as u64 + 1)];
        let entries = entries(self.database.read(&sql, cells).await?)?;
        Ok(Page::cut(entries, page.limit(), |it| it.agent.clone()))
    }

    /// Every step, of one agent or of all, the newest first.
    pub async fn history(
        &self,
        agent: Option<&AgentId>,
        page: &PageRequest<Position>,
    ) -> Result<Page<BlacklistEntry, Position>, ProjectionError> {
        let before = page.after.map_or(Cell::int(i64::MAX), |it| Cell::count(it.0));
        let mut cells = vec![before, Cell::count(page.limit() as u64 + 1)];
        cells.extend(agent.map(|it| Cell::text(it.as_str())));
        let of_agent = if agent.is_some() { "AND e.agent = $3" } else { "" };
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM blacklist_entries e WHERE e.position < $1 {of_agent} \
             ORDER BY e.position DESC LIMIT $2"
        );
        let entries = entries(self.database.read(&sql, cells).await?)?;
        Ok(Page::cut(entries, page.limit(), |it| it.position))
    }
}

fn entries(rows: Vec<Row>) -> Result<Vec<BlacklistEntry>, ProjectionError> {
    rows.into_iter().map(read_entry).collect()
}
