//! What does one recorded event move? Double entry: what one ledger account gains, another loses.

use crate::{ProjectionError, sql::words};
use edgecoder_events::{AccountId, CreditEvent, Event, Family, Position, Recorded, TaskId, UnixMillis};
use std::collections::BTreeMap;

const MS_PER_DAY: u64 = 24 * 60 * 60 * 1_000;

/// An account of the ledger: the two parts of every wallet, and two that belong to nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerAccount {
    /// Where new credit comes from; never above zero.
    Issuance,
    /// Between what is spent and what is earned; zero after every append.
    Clearing,
    /// What an account can spend.
    Available(AccountId),
    /// What an account has set aside for tasks.
    Reserved(AccountId),
}

/// The kind of a ledger account, as the tables name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Issuance,
    Clearing,
    Available,
    Reserved,
}

words!(Part: Issuance = "issuance", Clearing = "clearing", Available = "available", Reserved = "reserved");

/// Why credit moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementReason {
    Issued,
    Reserved,
    Spent,
    Earned,
    Released,
}

words!(MovementReason:
    Issued = "issued", Reserved = "reserved", Spent = "spent", Earned = "earned", Released = "released");

/// What an event moves: `amount` from one ledger account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transfer {
    pub from: LedgerAccount,
    pub to: LedgerAccount,
    pub micros: u64,
    pub reason: MovementReason,
    pub task: Option<TaskId>,
    pub counterparty: Option<AccountId>,
}

/// One side of a transfer, with what the ledger account holds after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Posting {
    pub account: LedgerAccount,
    pub position: Position,
    pub delta: i64,
    pub balance_after: i64,
    pub reason: MovementReason,
    pub task: Option<TaskId>,
    pub counterparty: Option<AccountId>,
    pub recorded_at: UnixMillis,
}

/// The ledger accounts that some events touch, and what the events post to them.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub balances: BTreeMap<LedgerAccount, i64>,
    pub postings: Vec<Posting>,
    /// What accounts' machines earned, by account and day.
    pub earnings: BTreeMap<(AccountId, u64), i64>,
}

impl LedgerAccount {
    /// The wallet that it is a part of; empty for those that belong to nobody.
    pub(super) fn owner(&self) -> &str {
        match self {
            Self::Issuance | Self::Clearing => "",
            Self::Available(account) | Self::Reserved(account) => account.as_str(),
        }
    }

    pub(super) fn part(&self) -> Part {
        match self {
            Self::Issuance => Part::Issuance,
            Self::Clearing => Part::Clearing,
            Self::Available(_) => Part::Available,
            Self::Reserved(_) => Part::Reserved,
        }
    }
}

impl Book {
    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), ProjectionError> {
        let Family::Credit(event) = recorded.event.family() else { return Ok(()) };
        if let CreditEvent::AccountOpened(it) = event {
            self.balances.entry(LedgerAccount::Available(it.account.clone())).or_default();
            self.balances.entry(LedgerAccount::Reserved(it.account.clone())).or_default();
        }
        let Some(transfer) = transfer(event) else { return Ok(()) };
        let amount = i64::try_from(transfer.micros).map_err(|_| ProjectionError::AmountTooLarge(recorded.position))?;
        self.post(recorded, &transfer, &transfer.from, -amount)?;
        self.post(recorded, &transfer, &transfer.to, amount)?;
        if let (MovementReason::Earned, LedgerAccount::Available(account)) = (transfer.reason, &transfer.to) {
            let earned = self.earnings.entry((account.clone(), day_of(recorded.recorded_at))).or_default();
            *earned = earned.checked_add(amount).ok_or(ProjectionError::AmountTooLarge(recorded.position))?;
        }
        Ok(())
    }

    fn post(
        &mut self,
        recorded: &Recorded,
        transfer: &Transfer,
        account: &LedgerAccount,
        delta: i64,
    ) -> Result<(), ProjectionError> {
        let balance = self.balances.entry(account.clone()).or_default();
        *balance = balance.checked_add(delta).ok_or(ProjectionError::AmountTooLarge(recorded.position))?;
        self.postings.push(Posting {
            account: account.clone(),
            position: recorded.position,
            delta,
            balance_after: *balance,
            reason: transfer.reason,
            task: transfer.task.clone(),
            counterparty: transfer.counterparty.clone(),
            recorded_at: recorded.recorded_at,
        });
        Ok(())
    }
}

/// The day of an instant, counted from 1970-01-01, in UTC.
pub(super) fn day_of(at: UnixMillis) -> u64 {
    at.0 / MS_PER_DAY
}

/// The wallets whose ledger accounts an event touches.
pub(super) fn owner_of(event: &Event) -> Option<&AccountId> {
    match event.family() {
        Family::Credit(event) => Some(account_named_in(event)),
        Family::Ledger(_)
        | Family::Node(_)
        | Family::Agent(_)
        | Family::Task(_)
        | Family::Anchor(_)
        | Family::Person(_) => None,
    }
}

fn account_named_in(event: CreditEvent<'_>) -> &AccountId {
    match event {
        CreditEvent::AccountOpened(it) => &it.account,
        CreditEvent::CreditsIssued(it) => &it.account,
        CreditEvent::CreditsReserved(it) => &it.account,
        CreditEvent::CreditsSpent(it) => &it.account,
        CreditEvent::CreditsEarned(it) => &it.account,
        CreditEvent::CreditsReleased(it) => &it.account,
    }
}

fn transfer(event: CreditEvent<'_>) -> Option<Transfer> {
    use LedgerAccount::{Available, Clearing, Issuance, Reserved};
    let (from, to, amount, reason) = match event {
        CreditEvent::AccountOpened(_) => return None,
        CreditEvent::CreditsIssued(it) => (Issuance, Available(it.account.clone()), it.amount, MovementReason::Issued),
        CreditEvent::CreditsReserved(it) => {
            (Available(it.account.clone()), Reserved(it.account.clone()), it.amount, MovementReason::Reserved)
        }
        CreditEvent::CreditsSpent(it) => (Reserved(it.account.clone()), Clearing, it.amount, MovementReason::Spent),
        CreditEvent::CreditsEarned(it) => (Clearing, Available(it.account.clone()), it.amount, MovementReason::Earned),
        CreditEvent::CreditsReleased(it) => {
            (Reserved(it.account.clone()), Available(it.account.clone()), it.amount, MovementReason::Released)
        }
    };
    let (task, counterparty) = about(event);
    Some(Transfer { from, to, micros: amount.micros(), reason, task, counterparty })
}

/// The task that a movement is for, and the account at its other end.
fn about(event: CreditEvent<'_>) -> (Option<TaskId>, Option<AccountId>) {
    match event {
        CreditEvent::AccountOpened(_) | CreditEvent::CreditsIssued(_) => (None, None),
        CreditEvent::CreditsReserved(it) => (Some(it.task.clone()), None),
        CreditEvent::CreditsReleased(it) => (Some(it.task.clone()), None),
        CreditEvent::CreditsSpent(it) => (Some(it.task.clone()), Some(it.payee.clone())),
        CreditEvent::CreditsEarned(it) => (Some(it.task.clone()), Some(it.payer.clone())),
    }
}
