//! How much credit does an account hold, and may it be spent?

#[cfg(test)]
mod tests;

use crate::Aggregate;
use edgecoder_events::{
    AccountId, CreditEvent, Event, Family, MicroCredits, TaskId,
    credit::{AccountOpened, CreditsIssued, CreditsReserved, IssueReason},
};
use std::collections::BTreeMap;

/// The most that the development faucet gives at once, in whole credits.
pub const FAUCET_LIMIT_CREDITS: u64 = 10_000;

/// The credit of one account: what can be spent, and what is set aside for which task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wallet {
    opened: bool,
    available: MicroCredits,
    reserved: BTreeMap<TaskId, MicroCredits>,
}

/// What an account may be asked to do by itself. Payments follow from tasks: see [`crate::task::decide`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalletCommand {
    Open { account: AccountId },
    Issue { account: AccountId, amount: MicroCredits, reason: IssueReason },
    Reserve { account: AccountId, task: TaskId, amount: MicroCredits },
}

/// Why an account did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalletRefusal {
    #[error("there is no account of this name")]
    NoSuchAccount,
    #[error("the account holds {available} available credits, {needed} are needed")]
    InsufficientCredits { available: MicroCredits, needed: MicroCredits },
    #[error("an amount must be more than nothing")]
    NothingToMove,
    #[error("the faucet gives at most {FAUCET_LIMIT_CREDITS} credits at once")]
    FaucetLimit,
    #[error("the account can not hold so much")]
    TooMuch,
}

impl Wallet {
    /// Whether the account was ever opened.
    pub fn is_open(&self) -> bool {
        self.opened
    }

    /// What can be spent now.
    pub fn available(&self) -> MicroCredits {
        self.available
    }

    /// Whether credit is set aside for a task that has not ended.
    pub fn pays_for_tasks(&self) -> bool {
        !self.reserved.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn reserved_for(&self, task: &TaskId) -> MicroCredits {
        self.reserved.get(task).copied().unwrap_or_default()
    }

    fn take_reserved(&mut self, task: &TaskId, amount: MicroCredits) {
        if let Some(reserved) = self.reserved.get_mut(task) {
            *reserved = reserved.saturating_sub(amount);
            if reserved.is_zero() {
                self.reserved.remove(task);
            }
        }
    }

    fn give(&mut self, amount: MicroCredits) {
        self.available = self.available.checked_add(amount).unwrap_or(MicroCredits::from_micros(u64::MAX));
    }
}

/// Turns a command into events, or says why not.
pub fn decide(wallet: &Wallet, command: WalletCommand) -> Result<Vec<Event>, WalletRefusal> {
    match command {
        WalletCommand::Open { .. } if wallet.opened => Ok(vec![]),
        WalletCommand::Open { account } => Ok(vec![AccountOpened { account }.into()]),
        WalletCommand::Issue { amount, .. } | WalletCommand::Reserve { amount, .. } if amount.is_zero() => {
            Err(WalletRefusal::NothingToMove)
        }
        WalletCommand::Issue { .. } | WalletCommand::Reserve { .. } if !wallet.opened => {
            Err(WalletRefusal::NoSuchAccount)
        }
        WalletCommand::Issue { account, amount, reason } => issue(wallet, account, amount, reason),
        WalletCommand::Reserve { account, task, amount } if wallet.available >= amount => {
            Ok(vec![CreditsReserved { account, task, amount }.into()])
        }
        WalletCommand::Reserve { amount, .. } => {
            Err(WalletRefusal::InsufficientCredits { available: wallet.available, needed: amount })
        }
    }
}

fn issue(
    wallet: &Wallet,
    account: AccountId,
    amount: MicroCredits,
    reason: IssueReason,
) -> Result<Vec<Event>, WalletRefusal> {
    let limit = MicroCredits::from_credits(FAUCET_LIMIT_CREDITS).map_err(|_| WalletRefusal::TooMuch)?;
    match reason {
        IssueReason::Faucet if amount > limit => return Err(WalletRefusal::FaucetLimit),
        IssueReason::Faucet => {}
    }
    wallet.available.checked_add(amount).map_err(|_| WalletRefusal::TooMuch)?;
    Ok(vec![CreditsIssued { account, amount, reason }.into()])
}

impl Aggregate for Wallet {
    fn evolve(&mut self, event: &Event) {
        match event.family() {
            Family::Credit(event) => self.take_in(event),
            Family::Ledger(_)
            | Family::Node(_)
            | Family::Agent(_)
            | Family::Task(_)
            | Family::Anchor(_)
            | Family::Person(_) => {}
        }
    }
}

impl Wallet {
    fn take_in(&mut self, event: CreditEvent<'_>) {
        match event {
            CreditEvent::AccountOpened(_) => self.opened = true,
            CreditEvent::CreditsIssued(issued) => self.give(issued.amount),
            CreditEvent::CreditsEarned(earned) => self.give(earned.amount),
            CreditEvent::CreditsReserved(reserved) => {
                self.available = self.available.saturating_sub(reserved.amount);
                let held = self.reserved.entry(reserved.task.clone()).or_default();
                *held = held.checked_add(reserved.amount).unwrap_or(MicroCredits::from_micros(u64::MAX));
            }
            CreditEvent::CreditsSpent(spent) => self.take_reserved(&spent.task, spent.amount),
            CreditEvent::CreditsReleased(released) => {
                self.take_reserved(&released.task, released.amount);
                self.give(released.amount);
            }
        }
    }
}
