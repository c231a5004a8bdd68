//! How are instants and credit put for people?

use edgecoder_events::{MicroCredits, UnixMillis};
use std::fmt;

const MS_PER_S: u64 = 1_000;
const S_PER_MINUTE: u64 = 60;
const S_PER_HOUR: u64 = 60 * S_PER_MINUTE;
const S_PER_DAY: u64 = 24 * S_PER_HOUR;
const DAYS_OF_400_YEARS: u64 = 146_097;
/// From 0000-03-01, where years of this count begin, to 1970-01-01.
const DAYS_BEFORE_1970: u64 = 719_468;

/// An instant for a `time` element: for programs and, in UTC, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub UnixMillis);

impl Moment {
    /// For programs (RFC 3339).
    pub fn iso(self) -> String {
        let (year, month, day) = self.date();
        let (hour, minute) = self.time();
        let second = (self.0.0 / MS_PER_S) % S_PER_MINUTE;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    fn time(self) -> (u64, u64) {
        let second = (self.0.0 / MS_PER_S) % S_PER_DAY;
        (second / S_PER_HOUR, (second % S_PER_HOUR) / S_PER_MINUTE)
    }

    /// The date in the Gregorian calendar, counted in years that begin in March (Howard Hinnant, `civil_from_days`).
    fn date(self) -> (u64, u64, u64) {
        let days = self.0.0 / MS_PER_S / S_PER_DAY + DAYS_BEFORE_1970;
        let (era, of_era) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        (year + era * 400 + u64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((year, month, day), (hour, minute)) = (self.date(), self.time());
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
    }
}

/// An amount in credits, without zeros that say nothing.
pub fn credits(amount: MicroCredits) -> String {
    let text = amount.to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What was gained or lost, in credits, with its sign.
pub fn change(micros: i64) -> String {
    let sign = if micros < 0 { "−" } else { "+" };
    format!("{sign}{}", credits(MicroCredits::from_micros(micros.unsigned_abs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_calendar() {
        for (seconds, iso) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(Moment(UnixMillis(seconds * 1_000)).iso(), iso);
        }
        assert_eq!(Moment(UnixMillis(1_700_000_000_000)).to_string(), "2023-11-14 22:13 UTC");
    }

    #[test]
    fn credit_is_told_without_needless_zeros() {
        assert_eq!(credits(MicroCredits::from_micros(1_600_000)), "1.6");
        assert_eq!(credits(MicroCredits::from_micros(0)), "0");
        assert_eq!((change(-1_120_000), change(48_000_000)), ("−1.12".to_owned(), "+48".to_owned()));
    }
}
