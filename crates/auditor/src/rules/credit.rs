//! Does the double entry hold? No credit from nowhere, none twice, none below zero, and none but for work.

use super::{
    limits::FAUCET_LIMIT_MICROS,
    noted::Noted,
    work::{Debt, LeaseName, Work},
};
use edgecoder_events::{
    AccountId, AgentId, CreditEvent, Event, Family, MicroCredits, TaskId,
    credit::{CreditsEarned, CreditsIssued, CreditsReserved, CreditsSpent, IssueReason},
};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// Every wallet, what is set aside, and what is owed.
#[derive(Debug, Default)]
pub(super) struct Credit {
    wallets: HashMap<AccountId, Wallet>,
    reserved: HashMap<TaskId, Reserve>,
    debts: HashMap<LeaseName, Debt>,
    /// The entry before, where it took credit that the present one must give.
    in_clearing: Option<Spent>,
    /// The machine that the payment in clearing is for.
    worker: Option<AgentId>,
}

#[derive(Debug, Default)]
struct Wallet {
    opened: bool,
    available: MicroCredits,
}

/// What one account set aside for a task.
#[derive(Debug)]
struct Reserve {
    account: AccountId,
    amount: MicroCredits,
    /// The entry that set it aside.
    position: u64,
}

#[derive(Debug)]
struct Spent {
    position: u64,
    correlation_id: [u8; 16],
    recorded_at_ms: u64,
    event: CreditsSpent,
}

impl Credit {
    /// Remembers what the same append must pay.
    pub fn owe(&mut self, debt: Debt) {
        self.debts.insert(debt.lease.clone(), debt);
    }

    /// `credit.spent` and `credit.earned` stand side by side in one append and say the same.
    pub fn check_pair(&mut self, entry: &Entry<'_>, event: &Event, noted: &mut Noted) {
        let before = self.in_clearing.take();
        let earned = if let Event::CreditsEarned(earned) = event { Some(earned) } else { None };
        match (before, earned) {
            (Some(spent), Some(earned)) if spent.is_answered_by(entry, earned) => {}
            (None, None) => {}
            (Some(spent), _) => noted.broken(spent.position, "what is spent here is not earned next".to_owned()),
            (None, Some(_)) => noted.broken(entry.position, "what is earned here is not spent before".to_owned()),
        }
        if let Event::CreditsSpent(spent) = event {
            self.in_clearing = Some(Spent {
                position: entry.position,
                correlation_id: entry.correlation_id,
                recorded_at_ms: entry.recorded_at_ms,
                event: spent.clone(),
            });
        }
    }

    /// Moves the credit, or says why it cannot be moved.
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<(), String> {
        match event.family() {
            Family::Credit(event) => self.move_credit(entry, event),
            Family::Ledger(_)
            | Family::Node(_)
            | Family::Agent(_)
            | Family::Task(_)
            | Family::Anchor(_)
            | Family::Person(_) => Ok(()),
        }
    }

    fn move_credit(&mut self, entry: &Entry<'_>, event: CreditEvent<'_>) -> Result<(), String> {
        match event {
            CreditEvent::AccountOpened(opened) => {
                let wallet = self.wallets.entry(opened.account.clone()).or_default();
                let before = std::mem::replace(&mut wallet.opened, true);
                if before { Err(format!("the account {} is opened twice", opened.account)) } else { Ok(()) }
            }
            CreditEvent::CreditsIssued(issued) => {
                self.give(&issued.account, issued.amount)?;
                self.check_opened(&issued.account)?;
                check_source(issued)
            }
            CreditEvent::CreditsReserved(reserved) => self.reserve(entry, reserved),
            CreditEvent::CreditsSpent(spent) => {
                self.settle(spent)?;
                self.take_reserved(&spent.account, &spent.task, spent.amount)
            }
            CreditEvent::CreditsEarned(earned) => {
                let worker = self.worker.take();
                self.give(&earned.account, earned.amount)?;
                self.check_opened(&earned.account)?;
                if worker.is_none_or(|worker| worker == earned.agent) {
                    return Ok(());
                }
                Err(format!("{} earns for work of another machine", earned.agent))
            }
            CreditEvent::CreditsReleased(released) => {
                self.take_reserved(&released.account, &released.task, released.amount)?;
                self.give(&released.account, released.amount)
            }
        }
    }

    /// Names what the ledger owes at its end.
    pub fn finish(self, work: &Work, noted: &mut Noted) {
        if let Some(spent) = self.in_clearing {
            noted.broken(spent.position, "what is spent here is not earned next".to_owned());
        }
        for debt in self.debts.values() {
            noted.broken(debt.position, format!("{} credits are owed to {} and not paid", debt.amount, debt.payee));
        }
        for (task, reserve) in self.reserved.iter().filter(|(task, _)| work.has_ended(task)) {
            let (account, amount) = (&reserve.account, reserve.amount);
            let detail = format!("{amount} credits of {account} stay set aside for {task}, which has ended");
            noted.broken(reserve.position, detail);
        }
    }

    fn check_opened(&self, account: &AccountId) -> Result<(), String> {
        if self.wallets.get(account).is_some_and(|wallet| wallet.opened) {
            return Ok(());
        }
        Err(format!("credit goes to the account {account}, which nobody opened"))
    }

    fn give(&mut self, account: &AccountId, amount: MicroCredits) -> Result<(), String> {
        let wallet = self.wallets.entry(account.clone()).or_default();
        wallet.available =
            wallet.available.checked_add(amount).map_err(|_| format!("the account {account} cannot hold so much"))?;
        Ok(())
    }

    fn reserve(&mut self, entry: &Entry<'_>, it: &CreditsReserved) -> Result<(), String> {
        let wallet = self.wallets.entry(it.account.clone()).or_default();
        let available = wallet.available;
        wallet.available = available
            .checked_sub(it.amount)
            .map_err(|_| format!("{} reserves {} credits and has {available}", it.account, it.amount))?;
        let new = Reserve { account: it.account.clone(), amount: MicroCredits::ZERO, position: entry.position };
        let reserve = self.reserved.entry(it.task.clone()).or_insert(new);
        if reserve.account != it.account {
            return Err(format!("{} and {} both set credit aside for {}", reserve.account, it.account, it.task));
        }
        reserve.amount = reserve.amount.checked_add(it.amount).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn take_reserved(&mut self, account: &AccountId, task: &TaskId, amount: MicroCredits) -> Result<(), String> {
        let reserve = self.reserved.get_mut(task).filter(|reserve| reserve.account == *account);
        let held = reserve.as_ref().map_or(MicroCredits::ZERO, |reserve| reserve.amount);
        let left = held
            .checked_sub(amount)
            .map_err(|_| format!("{amount} credits are taken of {held} that {account} set aside for {task}"))?;
        if left.is_zero() {
            self.reserved.remove(task);
        } else if let Some(reserve) = reserve {
            reserve.amount = left;
        }
        Ok(())
    }

    /// A payment is for a lease that ended, of its cost, from the submitter to the lease's payee.
    fn settle(&mut self, spent: &CreditsSpent) -> Result<(), String> {
        let lease = LeaseName { task: spent.task.clone(), subtask: spent.subtask, attempt: spent.attempt };
        let debt = self.debts.remove(&lease);
        let fits =
            |debt: &Debt| debt.payer == spent.account && debt.payee == spent.payee && debt.amount == spent.amount;
        if let Some(debt) = debt.filter(fits) {
            self.worker = Some(debt.agent);
            return Ok(());
        }
        let LeaseName { task, subtask, attempt } = lease;
        Err(format!("the payment fits no result of {task} subtask {subtask} attempt {attempt}"))
    }
}

impl Spent {
    fn is_answered_by(&self, entry: &Entry<'_>, earned: &CreditsEarned) -> bool {
        let spent = &self.event;
        let one_append = self.correlation_id == entry.correlation_id && self.recorded_at_ms == entry.recorded_at_ms;
        one_append
            && (&spent.account, &spent.payee) == (&earned.payer, &earned.account)
            && (&spent.task, spent.subtask, spent.attempt) == (&earned.task, earned.subtask, earned.attempt)
            && spent.amount == earned.amount
    }
}

/// Of credit that nobody worked for there is a most.
fn check_source(issued: &CreditsIssued) -> Result<(), String> {
    match issued.reason {
        IssueReason::Faucet if issued.amount.micros() > FAUCET_LIMIT_MICROS => {
            let most = MicroCredits::from_micros(FAUCET_LIMIT_MICROS);
            Err(format!("the faucet gives {} credits, the most is {most}", issued.amount))
        }
        IssueReason::Faucet => Ok(()),
    }
}
