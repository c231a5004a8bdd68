//! Accounts and their credit.

pub mod balance;
pub mod faucet;
pub mod forget;
pub mod history;
pub mod open;
pub mod totals;

use crate::{ControlPlane, problems::no_such_account};
use edgecoder_events::AccountId;
use edgecoder_projections::Question;
use edgecoder_service_kit::{callers::Reader, http::Problem};
use edgecoder_wire::credits::Balance;

/// Refuses accounts that are not there, or not the caller's: both look alike.
pub async fn check_is_open(control_plane: &ControlPlane, reader: &Reader, account: &AccountId) -> Result<(), Problem> {
    let books = control_plane.projections.credit_balances();
    if reader.may_read(account) && books.balance(account).await?.is_some() {
        return Ok(());
    }
    Err(no_such_account())
}

/// The newest log position that the books include.
fn position_seen(control_plane: &ControlPlane) -> u64 {
    let progress = control_plane.projections.progress();
    progress.get(&Question::CreditBalances).map_or(0, |it| it.next.0).saturating_sub(1)
}

/// What the account holds, as the books say.
async fn balance_of(control_plane: &ControlPlane, account: AccountId) -> Result<Balance, Problem> {
    // Asked before the balance: that may be newer than this position, never older.
    let position = position_seen(control_plane);
    let held = control_plane.projections.credit_balances().balance(&account).await?;
    let held = held.ok_or_else(no_such_account)?;
    Ok(Balance {
        account_id: account,
        available_micro_credits: held.available,
        reserved_micro_credits: held.reserved,
        position,
    })
}
