//! How does a person write a span of time? A number and a unit.

use std::{str::FromStr, time::Duration};

/// A span of time of at least a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// A text is no span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a number and a unit, as 10s, 15m, 12h or 30d")]
pub struct SpanError;

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(SpanError)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(SpanError),
        };
        let number: u32 = digits.parse().map_err(|_| SpanError)?;
        let is_span = number > 0 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_span { Ok(Self(Duration::from_secs(u64::from(number) * seconds))) } else { Err(SpanError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        assert_eq!("10s".parse(), Ok(Span(Duration::from_secs(10))));
        assert_eq!("2d".parse(), Ok(Span(Duration::from_hours(48))));
        for wrong in ["", "s", "10", "0s", "+1s", "1.5h", "1w", "4294967296s"] {
            assert_eq!(wrong.parse::<Span>(), Err(SpanError), "{wrong}");
        }
    }
}
