//! Questions about the people of the portal.

use super::{
    PersonEntry,
    table::{columns, read_person},
};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database},
};
use edgecoder_events::{AccountId, Digest, Position};

/// Reads who signed up.
#[derive(Debug, Clone)]
pub struct People {
    database: Database,
}

impl People {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// The person with this account, here or gone.
    pub async fn person(&self, account: &AccountId) -> Result<Option<PersonEntry>, ProjectionError> {
        self.one("account = $1", Cell::text(account.as_str())).await
    }

    /// The person behind a mail address, as long as they are here.
    pub async fn by_email(&self, mark: Digest) -> Result<Option<PersonEntry>, ProjectionError> {
        self.one("email_mark = $1 AND erased_at IS NULL", Cell::bytes(mark.0)).await
    }

    /// Everybody who ever signed up, here or gone, the newest first.
    pub async fn list(&self, page: &PageRequest<Position>) -> Result<Page<PersonEntry, Position>, ProjectionError> {
        let sql =
            format!("SELECT {} FROM people_people WHERE position < $1 ORDER BY position DESC LIMIT $2", columns());
        let before = page.after.map_or(Cell::int(i64::MAX), |it| Cell::count(it.0));
        let rows = self.database.read(&sql, vec![before, Cell::count(page.limit() as u64 + 1)]).await?;
        let people = rows.into_iter().map(read_person).collect::<Result<_, _>>()?;
        Ok(Page::cut(people, page.limit(), |it| it.position))
    }

    async fn one(&self, condition: &str, cell: Cell) -> Result<Option<PersonEntry>, ProjectionError> {
        let sql = format!("SELECT {} FROM people_people WHERE {condition}", columns());
        self.database.read(&sql, vec![cell]).await?.into_iter().next().map(read_person).transpose()
    }
}
