//! What will anchoring cost in a year? To be shown before it is switched on.

use crate::chain::SatPerVbyte;

/// One input, the data output, change: native segwit.
const ANCHOR_VBYTES: u64 = 156;

/// The fee of one anchor, about.
pub fn anchor_fee_sat(rate: SatPerVbyte) -> u64 {
    ANCHOR_VBYTES.saturating_mul(rate.0)
}

/// The fees of a year at today's rate, without raises.
pub fn yearly_cost_sat(anchors_per_year: u64, rate: SatPerVbyte) -> u64 {
    anchor_fee_sat(rate).saturating_mul(anchors_per_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_anchor_at_ten_satoshi_per_byte_costs_half_a_million_a_year() {
        assert_eq!(yearly_cost_sat(365, SatPerVbyte(10)), 569_400);
    }
}
