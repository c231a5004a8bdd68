//! What will anchoring cost in a year? To be shown before it is switched on.

use crate::chain::SatPerVbyte;

/// One input, the data output, change: native segwit.
const ANCHOR_VBYTES: u64 = 156;
const SECONDS_PER_YEAR: u64 = 365 * 24 * 60 * 60;

/// The fee of one anchor, about.
pub fn anchor_fee_sat(rate: SatPerVbyte) -> u64 {
    ANCHOR_VBYTES.saturating_mul(rate.0)
}

/// The fees of a year at the fee of today, without raises, where something happens in every interval.
pub fn yearly_cost_sat(interval_seconds: u64, fee_sat: u64) -> u64 {
    fee_sat.saturating_mul(SECONDS_PER_YEAR / interval_seconds.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_anchor_at_ten_satoshi_per_byte_costs_half_a_million_a_year() {
        assert_eq!(yearly_cost_sat(24 * 60 * 60, anchor_fee_sat(SatPerVbyte(10))), 569_400);
    }
}
