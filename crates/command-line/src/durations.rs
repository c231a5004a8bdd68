//! How do people write and read spans of time?

use edgecoder_events::UnixMillis;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A text is no span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a number and a unit, as 90s, 15m, 12h or 30d")]
pub struct DurationError;

/// Reads `90s`, `15m`, `12h` or `30d` as milliseconds.
pub fn parse_ms(text: &str) -> Result<u64, DurationError> {
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(DurationError)?;
    let unit = match unit {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return Err(DurationError),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DurationError);
    }
    let number: u64 = digits.parse().map_err(|_| DurationError)?;
    number.checked_mul(unit).filter(|ms| *ms > 0).ok_or(DurationError)
}

/// Writes how long something took: `850 ms`, `1.4 s`, `2 min 5 s`, `3 h 2 min`.
pub fn shown_ms(ms: u64) -> String {
    match ms {
        0..SECOND => format!("{ms} ms"),
        SECOND..MINUTE if ms % SECOND < 100 => format!("{} s", ms / SECOND),
        SECOND..MINUTE => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        MINUTE..HOUR => format!("{} min {} s", ms / MINUTE, ms % MINUTE / SECOND),
        HOUR.. => format!("{} h {} min", ms / HOUR, ms % HOUR / MINUTE),
    }
}

/// Writes how long ago something was: `just now`, `5 min ago`, `3 days ago`.
pub fn shown_ago(now: UnixMillis, then: UnixMillis) -> String {
    let ms = now.ms_since(then);
    match ms {
        0..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", ms / MINUTE),
        HOUR..DAY => format!("{} h ago", ms / HOUR),
        DAY.. => format!("{} d ago", ms / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        assert_eq!(parse_ms("90s"), Ok(90_000));
        assert_eq!(parse_ms("30d"), Ok(2_592_000_000));
        for text in ["", "d", "30", "-1d", "1.5h", "0s", "3w", "5µ", "99999999999999999999d", "9999999999999999d"] {
            assert_eq!(parse_ms(text), Err(DurationError), "{text:?}");
        }
    }

    #[test]
    fn spans_are_shown_in_the_unit_that_fits() {
        let shown = [850, 1_450, 30_000, 125_000, 10_920_000].map(shown_ms);
        assert_eq!(shown, ["850 ms", "1.4 s", "30 s", "2 min 5 s", "3 h 2 min"]);
        let ago = |ms| shown_ago(UnixMillis(10 * DAY), UnixMillis(10 * DAY - ms));
        assert_eq!([0, 5 * MINUTE, 7 * HOUR, 3 * DAY].map(ago), ["just now", "5 min ago", "7 h ago", "3 d ago"]);
        assert_eq!(shown_ago(UnixMillis(0), UnixMillis(5)), "just now");
    }
}
