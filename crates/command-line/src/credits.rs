//! How do people write and read amounts of credit?

use edgecoder_events::MicroCredits;

const DECIMALS: usize = 6;

/// Why a text is no amount of credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreditsError {
    #[error("expected credits as 12 or 0.5, with digits and at most one point")]
    NotANumber,
    #[error("a credit has at most {DECIMALS} decimals")]
    TooFine,
    #[error("the amount is too large")]
    TooLarge,
}

/// Reads `12`, `1.5` or `0.000001`: never a sign, an exponent or a seventh decimal, and never through floating point.
pub fn parse(text: &str) -> Result<MicroCredits, CreditsError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return Err(CreditsError::NotANumber);
    }
    if decimals.len() > DECIMALS {
        return Err(CreditsError::TooFine);
    }
    let number = |part: &str| part.parse::<u64>().map_err(|_| CreditsError::TooLarge);
    let micros = number(&format!("{decimals:0<DECIMALS$}"))?;
    let credits = MicroCredits::from_credits(number(whole)?).map_err(|_| CreditsError::TooLarge)?;
    credits.checked_add(MicroCredits::from_micros(micros)).map_err(|_| CreditsError::TooLarge)
}

/// Writes an amount without zeros that say nothing: `1.12 credits`.
pub fn shown(amount: MicroCredits) -> String {
    let number = typed(amount);
    let unit = if number == "1" { "credit" } else { "credits" };
    format!("{number} {unit}")
}

/// Writes an amount as people type it: `1.12`.
pub fn typed(amount: MicroCredits) -> String {
    without_trailing_zeros(&amount.to_string())
}

/// Writes a change of an amount with its sign: `+1.12`, `-0.5`, `0`.
pub fn shown_change(micros: i64) -> String {
    let number = without_trailing_zeros(&MicroCredits::from_micros(micros.unsigned_abs()).to_string());
    match micros {
        0 => number,
        1.. => format!("+{number}"),
        _ => format!("-{number}"),
    }
}

fn without_trailing_zeros(number: &str) -> String {
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn credits_are_read_to_the_millionth() {
        for (text, micros) in [("1.5", 1_500_000), ("0.000001", 1), ("48", 48_000_000), ("007.10", 7_100_000)] {
            assert_eq!(parse(text), Ok(MicroCredits::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in ["", "-1", "+1", "1e3", ".5", "5.", "1.2.3", "1,5", " 1", "NaN", "٣"] {
            assert_eq!(parse(text), Err(CreditsError::NotANumber), "{text:?}");
        }
        assert_eq!(parse("0.0000001"), Err(CreditsError::TooFine));
        assert_eq!(parse("18446744073709.551616"), Err(CreditsError::TooLarge));
        assert_eq!(parse("99999999999999999999"), Err(CreditsError::TooLarge));
    }

    #[test]
    fn amounts_are_shown_without_zeros_that_say_nothing() {
        assert_eq!(shown(MicroCredits::from_micros(1_120_000)), "1.12 credits");
        assert_eq!(shown(MicroCredits::from_micros(1_000_000)), "1 credit");
        assert_eq!(shown(MicroCredits::from_micros(100_000_000)), "100 credits");
        assert_eq!(shown(MicroCredits::ZERO), "0 credits");
        assert_eq!(shown_change(-500_000), "-0.5");
        assert_eq!(shown_change(2_000_001), "+2.000001");
    }

    proptest! {
        #[test]
        fn an_amount_that_is_shown_can_be_typed(micros in any::<u64>()) {
            let amount = MicroCredits::from_micros(micros);
            prop_assert_eq!(parse(shown(amount).split(' ').next().unwrap()), Ok(amount));
        }
    }
}
