//! How does an amount go up and down, and how much is it day by day? As a picture for eyes; a table beside it has the numbers.

use edgecoder_events::UnixMillis;
use std::fmt::Write as _;

/// The size of the picture, in its own units.
pub const WIDTH: u64 = 600;
pub const HEIGHT: u64 = 160;

/// What was held from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub at: UnixMillis,
    pub amount: u64,
}

/// The corners of a line of steps, for the `points` of a picture; none where there is nothing to compare. What is held
/// stays the same until it changes: the line goes across, then up or down.
pub fn steps(held: &[Held]) -> Option<String> {
    let (first, last) = (held.first()?, held.last()?);
    let span = last.at.0.checked_sub(first.at.0).filter(|span| *span > 0)?;
    let highest = held.iter().map(|it| it.amount).max().filter(|highest| *highest > 0)?;
    let x = |at: UnixMillis| share(at.0.saturating_sub(first.at.0), span, WIDTH);
    let y = |amount: u64| HEIGHT.saturating_sub(share(amount, highest, HEIGHT));
    let (mut line, mut before) = (String::new(), first.amount);
    for it in held {
        let (x, from, to) = (x(it.at), y(before), y(it.amount));
        write!(line, "{x},{from} {x},{to} ").expect("a text takes any text");
        before = it.amount;
    }
    Some(line.trim_end().to_owned())
}

/// One bar of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    pub x: u64,
    pub y: u64,
    pub width: u64,
    pub height: u64,
}

/// Bars of these amounts, side by side in their order; none of them is higher than the picture.
pub fn bars(amounts: &[u64]) -> Vec<Bar> {
    let highest = amounts.iter().copied().max().unwrap_or_default();
    let place = u64::try_from(amounts.len()).ok().and_then(|count| WIDTH.checked_div(count)).unwrap_or_default();
    let bar = |(x, amount): (u64, &u64)| {
        let height = share(*amount, highest, HEIGHT);
        let (x, y) = (x.saturating_mul(place), HEIGHT.saturating_sub(height));
        Bar { x, y, width: share(4, 5, place), height }
    };
    (0..).zip(amounts).map(bar).collect()
}

/// As much of `length` as `part` is of `whole`.
fn share(part: u64, whole: u64, length: u64) -> u64 {
    let share = u128::from(part).saturating_mul(u128::from(length)).checked_div(u128::from(whole)).unwrap_or_default();
    u64::try_from(share).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(pairs: &[(u64, u64)]) -> Vec<Held> {
        pairs.iter().map(|(at, amount)| Held { at: UnixMillis(*at), amount: *amount }).collect()
    }

    #[test]
    fn a_line_goes_across_until_something_changes_and_stays_in_its_picture() {
        let line = steps(&held(&[(1_000, 50), (2_000, 100), (3_000, 0)])).unwrap();
        assert_eq!(line, "0,80 0,80 300,80 300,0 600,0 600,160");
        assert!(steps(&held(&[(0, u64::MAX), (u64::MAX, 1)])).unwrap().starts_with("0,0 0,0 600,0 600,"));
    }

    #[test]
    fn bars_stand_side_by_side_and_the_highest_fills_the_picture() {
        let bars = bars(&[5, 10, 0]);
        assert_eq!(bars[1], Bar { x: 200, y: 0, width: 160, height: 160 });
        assert_eq!((bars[0].y, bars[0].height, bars[2].height), (80, 80, 0));
        assert_eq!(super::bars(&[0, 0])[0].height, 0);
        assert!(super::bars(&[]).is_empty());
    }

    #[test]
    fn what_can_not_be_compared_is_no_line() {
        for nothing in [&held(&[])[..], &held(&[(1, 1)]), &held(&[(1, 1), (1, 2)]), &held(&[(1, 0), (2, 0)])] {
            assert_eq!(steps(nothing), None);
        }
    }
}
