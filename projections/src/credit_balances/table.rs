//! The books in tables.

use super::changes::{Book, LedgerAccount, Part, Posting, day_of, owner_of};
use crate::{
    ProjectionError, Question,
    runner::SqlProjection,
    sql::{Cell, Colour, Database, Row, Table, Tx, Word},
};
use edgecoder_events::{AccountId, Recorded};
use std::collections::BTreeSet;

const BALANCES: Table =
    Table { name: "credit_balances__balances", columns: &["owner", "part", "balance"], key: &["owner", "part"] };
const MOVEMENTS: Table = Table {
    name: "credit_balances__movements",
    columns: &["owner", "position", "part", "delta", "balance_after", "reason", "task", "counterparty", "recorded_at"],
    key: &[],
};

const EARNINGS: Table =
    Table { name: "credit_balances__earnings", columns: &["owner", "day", "amount"], key: &["owner", "day"] };

/// The books as rows.
pub(crate) struct CreditTables;

impl SqlProjection for CreditTables {
    const QUESTION: Question = Question::CreditBalances;
    const CODE_VERSION: i64 = 2;
    const TABLES: &'static [&'static str] = &[BALANCES.name, MOVEMENTS.name, EARNINGS.name];
    type Rows = Book;

    fn schema(database: &Database) -> &'static str {
        database.pick(
            include_str!("../../../migrations/sqlite/projections/0003_credit_balances.sql"),
            include_str!("../../../migrations/postgres/projections/0003_credit_balances.sql"),
        )
    }

    async fn load(tx: &mut Tx, colour: Colour, events: &[&Recorded]) -> Result<Book, ProjectionError> {
        let mut owners: BTreeSet<&str> = events.iter().filter_map(|it| Some(owner_of(&it.event)?.as_str())).collect();
        let mut book = Book::default();
        if owners.is_empty() {
            return Ok(book);
        }
        owners.insert(LedgerAccount::Issuance.owner());
        let keys: Vec<_> = owners.into_iter().map(Cell::text).collect();
        let sql = colour.paint("SELECT owner, part, balance FROM credit_balances__balances WHERE owner IN");
        for row in Table::read_where_in(tx, &sql, &keys).await? {
            let (account, balance) = read_balance(row)?;
            book.balances.insert(account, balance);
        }
        // Time in the log never goes back: no earlier day changes any more.
        let today = events.first().map(|it| day_of(it.recorded_at)).unwrap_or_default();
        let sql = format!("SELECT owner, day, amount FROM credit_balances__earnings WHERE day >= {today} AND owner IN");
        for row in Table::read_where_in(tx, &colour.paint(&sql), &keys).await? {
            let mut row = row.of(EARNINGS.name);
            book.earnings.insert((row.id()?, row.count()?), row.take()?);
        }
        Ok(book)
    }

    fn apply(rows: &mut Book, recorded: &Recorded) -> Result<(), ProjectionError> {
        rows.apply(recorded)
    }

    async fn save(tx: &mut Tx, colour: Colour, mut rows: Book) -> Result<(), ProjectionError> {
        // In the order of the key: neighbours go to the same page.
        rows.postings.sort_by(|one, other| one.key().cmp(&other.key()));
        MOVEMENTS.write(tx, colour, rows.postings.iter().map(posting_cells).collect()).await?;
        let balances = rows.balances.iter().map(|(account, balance)| {
            vec![Cell::text(account.owner()), Cell::text(account.part().word()), Cell::int(*balance)]
        });
        BALANCES.write(tx, colour, balances.collect()).await?;
        let earnings = rows
            .earnings
            .iter()
            .map(|((owner, day), amount)| vec![Cell::text(owner.as_str()), Cell::count(*day), Cell::int(*amount)]);
        EARNINGS.write(tx, colour, earnings.collect()).await
    }
}

impl Posting {
    fn key(&self) -> (&str, u64, &'static str) {
        (self.account.owner(), self.position.0, self.account.part().word())
    }
}

fn posting_cells(posting: &Posting) -> Vec<Cell> {
    vec![
        Cell::text(posting.account.owner()),
        Cell::count(posting.position.0),
        Cell::text(posting.account.part().word()),
        Cell::int(posting.delta),
        Cell::int(posting.balance_after),
        Cell::text(posting.reason.word()),
        Cell::maybe_text(posting.task.as_ref().map(edgecoder_events::TaskId::as_str)),
        Cell::maybe_text(posting.counterparty.as_ref().map(AccountId::as_str)),
        Cell::count(posting.recorded_at.0),
    ]
}

fn read_balance(row: Row) -> Result<(LedgerAccount, i64), ProjectionError> {
    let mut row = row.of(BALANCES.name);
    let owner: String = row.take()?;
    let part = row.word()?;
    Ok((account(owner, part)?, row.take()?))
}

/// The ledger account that a row names.
pub(super) fn account(owner: String, part: Part) -> Result<LedgerAccount, ProjectionError> {
    let wallet = |owner: String| {
        AccountId::new(owner.clone()).map_err(|_| ProjectionError::Damaged { table: BALANCES.name, found: owner })
    };
    match part {
        Part::Issuance => Ok(LedgerAccount::Issuance),
        Part::Clearing => Ok(LedgerAccount::Clearing),
        Part::Available => wallet(owner).map(LedgerAccount::Available),
        Part::Reserved => wallet(owner).map(LedgerAccount::Reserved),
    }
}
