//! Questions that the books answer.

use super::{LedgerAccount, MovementReason, changes::Part, table::account as ledger_account};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database, Row, Word},
};
use edgecoder_events::{AccountId, MicroCredits, Position, TaskId, UnixMillis};

/// As many days of earnings are told at once.
const MAX_DAYS: u64 = 366;

/// Reads what accounts hold and how it came and went.
#[derive(Debug, Clone)]
pub struct CreditBalances {
    database: Database,
}

/// What an account holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// Can be spent.
    pub available: MicroCredits,
    /// Set aside for tasks.
    pub reserved: MicroCredits,
}

/// One side of a transfer of credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub position: Position,
    pub recorded_at: UnixMillis,
    pub account: LedgerAccount,
    /// In micro-credits; below zero where the account lost.
    pub delta_micros: i64,
    /// In micro-credits.
    pub balance_after_micros: i64,
    pub reason: MovementReason,
    pub task: Option<TaskId>,
    /// Who earned what was spent, or spent what was earned.
    pub counterparty: Option<AccountId>,
}

/// Where a page of movements ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementCursor {
    pub position: Position,
    /// `available` or `reserved`: one event may move both.
    pub part: String,
}

/// What an account's machines earned on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarnedOn {
    /// Counted from 1970-01-01, in UTC.
    pub day: u64,
    pub amount: MicroCredits,
}

/// The sum of each kind of ledger account, in micro-credits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrialBalance {
    pub issuance: i64,
    pub clearing: i64,
    pub available: i64,
    pub reserved: i64,
}

impl TrialBalance {
    /// Zero, or credit came from nowhere or went nowhere.
    pub fn sum(&self) -> i128 {
        [self.issuance, self.clearing, self.available, self.reserved].into_iter().map(i128::from).sum()
    }
}

impl CreditBalances {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// What the account holds, where it was opened.
    pub async fn balance(&self, account: &AccountId) -> Result<Option<Balance>, ProjectionError> {
        let sql = "SELECT part, balance FROM credit_balances_balances WHERE owner = $1";
        let mut found = None;
        for row in self.database.read(sql, vec![Cell::text(account.as_str())]).await? {
            let mut row = row.of("credit_balances_balances");
            let (part, amount) = (row.word()?, row.amount()?);
            let balance: &mut Balance = found.get_or_insert_default();
            match part {
                Part::Available => balance.available = amount,
                Part::Reserved => balance.reserved = amount,
                Part::Issuance | Part::Clearing => {}
            }
        }
        Ok(found)
    }

    /// How the account's credit came and went, the newest first.
    pub async fn history(
        &self,
        account: &AccountId,
        page: &PageRequest<MovementCursor>,
    ) -> Result<Page<Movement, MovementCursor>, ProjectionError> {
        let sql = "SELECT owner, part, position, recorded_at, delta, balance_after, reason, task, counterparty \
                   FROM credit_balances_movements WHERE owner = $1 AND (position, part) < ($2, $3) \
                   ORDER BY position DESC, part DESC LIMIT $4";
        let (position, part) = match &page.after {
            Some(cursor) => (Cell::count(cursor.position.0), cursor.part.as_str()),
            None => (Cell::int(i64::MAX), ""),
        };
        let cells =
            vec![Cell::text(account.as_str()), position, Cell::text(part), Cell::count(page.limit() as u64 + 1)];
        let rows = self.database.read(sql, cells).await?;
        let movements = rows.into_iter().map(read_movement).collect::<Result<_, _>>()?;
        Ok(Page::cut(movements, page.limit(), Movement::cursor))
    }

    /// What an account's machines earned on each day from `first_day` on, of [`MAX_DAYS`] at most; the newest day first, and
    /// days without any left out.
    pub async fn earned(&self, account: &AccountId, first_day: u64) -> Result<Vec<EarnedOn>, ProjectionError> {
        let sql = "SELECT day, amount FROM credit_balances_earnings WHERE owner = $1 AND day >= $2 \
                   ORDER BY day DESC LIMIT $3";
        let cells = vec![Cell::text(account.as_str()), Cell::count(first_day), Cell::count(MAX_DAYS)];
        let read = |row: Row| {
            let mut row = row.of("credit_balances_earnings");
            Ok(EarnedOn { day: row.count()?, amount: row.amount()? })
        };
        self.database.read(sql, cells).await?.into_iter().map(read).collect()
    }

    /// The sum of each kind of ledger account; together they are zero.
    pub async fn trial_balance(&self) -> Result<TrialBalance, ProjectionError> {
        let sql = "SELECT part, CAST(SUM(balance) AS BIGINT) FROM credit_balances_balances GROUP BY part";
        let mut trial = TrialBalance::default();
        for row in self.database.read(sql, vec![]).await? {
            let mut row = row.of("credit_balances_balances");
            let (part, sum) = (row.word()?, row.take()?);
            match part {
                Part::Issuance => trial.issuance = sum,
                Part::Clearing => trial.clearing = sum,
                Part::Available => trial.available = sum,
                Part::Reserved => trial.reserved = sum,
            }
        }
        Ok(trial)
    }
}

impl Movement {
    fn cursor(&self) -> MovementCursor {
        MovementCursor { position: self.position, part: self.account.part().word().to_owned() }
    }
}

fn read_movement(row: Row) -> Result<Movement, ProjectionError> {
    let mut row = row.of("credit_balances_movements");
    let (owner, part) = (row.take()?, row.word()?);
    Ok(Movement {
        account: ledger_account(owner, part)?,
        position: Position(row.count()?),
        recorded_at: row.instant()?,
        delta_micros: row.take()?,
        balance_after_micros: row.take()?,
        reason: row.word()?,
        task: row.maybe_id()?,
        counterparty: row.maybe_id()?,
    })
}
