//! How does a person write a span of time? A number and a unit.

use std::str::FromStr;

/// A span of time that a person wrote: a second at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    ms: u64,
}

/// A text is no span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a number and a unit, as 10s, 15m, 12h or 30d")]
pub struct SpanError;

impl Span {
    /// How many milliseconds it lasts.
    pub const fn ms(self) -> u64 {
        self.ms
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(SpanError)?;
        let unit_ms = match unit {
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(SpanError),
        };
        // `parse` would take a sign.
        let has_digits_only = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<u32>().ok().filter(|number| has_digits_only && *number > 0).ok_or(SpanError)?;
        let ms = u64::from(number).checked_mul(unit_ms).ok_or(SpanError)?;
        Ok(Self { ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        let written = ["10s", "90s", "15m", "12h", "30d"].map(|text| text.parse::<Span>().map(Span::ms));
        assert_eq!(written, [Ok(10_000), Ok(90_000), Ok(900_000), Ok(43_200_000), Ok(2_592_000_000)]);
    }

    #[test]
    fn what_has_no_number_or_no_unit_or_is_too_long_is_no_span() {
        let wrong = ["", "s", "10", "0s", "+1s", "-1d", "1.5h", "3w", "5µ", "4294967296s", "99999999999999999999d"];
        for text in wrong {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text:?}");
        }
    }
}
