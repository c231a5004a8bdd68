//! Questions about the people of the portal.

use super::{
    PersonEntry,
    table::{columns, read_person},
};
use crate::{
    ProjectionError,
    sql::{Cell, Database},
};
use edgecoder_events::{AccountId, Digest};

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

    async fn one(&self, condition: &str, cell: Cell) -> Result<Option<PersonEntry>, ProjectionError> {
        let sql = format!("SELECT {} FROM people_people WHERE {condition}", columns());
        self.database.read(&sql, vec![cell]).await?.into_iter().next().map(read_person).transpose()
    }
}
