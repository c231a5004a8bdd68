//! How did the balance go? What an account held after each of its newest movements.

use crate::{
    chart::{HEIGHT, Held, WIDTH, steps},
    shown::{Moment, credits},
};
use edgecoder_events::MicroCredits;
use edgecoder_projections::credit_balances::Movement;

/// A picture of the balance, and its table.
pub struct Curve {
    pub width: u64,
    pub height: u64,
    pub line: String,
    pub highest: String,
    /// The newest first.
    pub rows: Vec<Point>,
}

/// What was held from an instant on.
pub struct Point {
    pub at: Moment,
    pub amount: String,
}

/// The balance over the movements of a page, the newest first, of which the last may be cut. None where it never changed.
pub fn curve(balance: MicroCredits, movements: &[Movement], is_cut: bool) -> Option<Curve> {
    let mut held = held(balance, movements, is_cut);
    held.reverse();
    let line = steps(&held)?;
    let highest = held.iter().map(|it| it.amount).max().unwrap_or_default();
    let amount = |micros| credits(MicroCredits::from_micros(micros));
    let rows = held.iter().rev().map(|it| Point { at: Moment(it.at), amount: amount(it.amount) }).collect();
    Some(Curve { width: WIDTH, height: HEIGHT, line, highest: amount(highest), rows })
}

/// Counted back from what is held now. What is only set aside changes nothing.
fn held(balance: MicroCredits, movements: &[Movement], is_cut: bool) -> Vec<Held> {
    let mut events: Vec<&[Movement]> = movements.chunk_by(|one, next| one.position == next.position).collect();
    if is_cut {
        events.pop();
    }
    let (mut held, mut after) = (Vec::new(), i128::from(balance.micros()));
    for event in events {
        let change: i128 = event.iter().map(|it| i128::from(it.delta_micros)).sum();
        let Some(first) = event.first().filter(|_| change != 0) else { continue };
        held.push(Held { at: first.recorded_at, amount: u64::try_from(after).unwrap_or_default() });
        after = after.saturating_sub(change);
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{AccountId, Position, UnixMillis};
    use edgecoder_projections::credit_balances::{LedgerAccount, MovementReason};

    fn movement(position: u64, is_available: bool, delta_micros: i64) -> Movement {
        let ann = AccountId::new("ann").unwrap();
        Movement {
            position: Position(position),
            recorded_at: UnixMillis(position * 1_000),
            account: if is_available { LedgerAccount::Available(ann) } else { LedgerAccount::Reserved(ann) },
            delta_micros,
            balance_after_micros: 0,
            reason: MovementReason::Reserved,
            task: None,
            counterparty: None,
        }
    }

    #[test]
    fn what_was_held_is_counted_back_and_setting_aside_changes_nothing() {
        // 1,000 came at 1, 48 were set aside at 2, 8 of them spent at 3.
        let movements =
            [movement(3, false, -8), movement(2, true, -48), movement(2, false, 48), movement(1, true, 1_000)];
        let found = held(MicroCredits::from_micros(992), &movements, false);
        assert_eq!(found.iter().map(|it| (it.at.0, it.amount)).collect::<Vec<_>>(), [(3_000, 992), (1_000, 1_000)]);
        assert_eq!(held(MicroCredits::from_micros(992), &movements, true).len(), 1, "half an event says nothing");
        assert!(curve(MicroCredits::from_micros(992), &movements, false).is_some());
    }
}
