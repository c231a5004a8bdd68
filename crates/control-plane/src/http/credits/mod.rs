//! Accounts and their credit.

pub mod balance;
pub mod faucet;
pub mod history;
pub mod open;

use crate::{ControlPlane, problems::no_such_account};
use edgecoder_events::AccountId;
use edgecoder_projections::Question;
use edgecoder_service_kit::http::Problem;
use edgecoder_wire::credits::Balance;

/// What the account holds, as the books say.
async fn balance_of(control_plane: &ControlPlane, account: AccountId) -> Result<Balance, Problem> {
    // Asked before the balance: that may be newer than this position, never older.
    let progress = control_plane.projections.progress();
    let seen = progress.get(&Question::CreditBalances).map_or(0, |it| it.next.0);
    let held = control_plane.projections.credit_balances().balance(&account).await?;
    let held = held.ok_or_else(no_such_account)?;
    Ok(Balance {
        account_id: account,
        available_micro_credits: held.available,
        reserved_micro_credits: held.reserved,
        position: seen.saturating_sub(1),
    })
}
