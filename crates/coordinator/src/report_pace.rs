//! How much may one owner's machines report? Reports are kept, and paid or not; who reports without end is asked to wait.

use edgecoder_events::{AccountId, SteadyMillis};
use edgecoder_service_kit::http::Problem;
use edgecoder_service_kit::windows::Windows;

/// What the machines of every owner reported lately.
pub struct ReportPace {
    /// Of reports, as they are stored, in a minute.
    most_bytes: u64,
    reported: Windows<AccountId, u64>,
}

impl ReportPace {
    pub fn new(most_bytes: u64) -> Self {
        Self { most_bytes, reported: Windows::default() }
    }

    /// Counts one more report. One is always taken, however long: it has a bound of its own.
    ///
    /// # Errors
    /// A 429 that says how long to wait; such a report is not counted.
    pub fn admit(&self, owner: &AccountId, bytes: usize, now: SteadyMillis) -> Result<(), Problem> {
        self.reported.within(owner, now, |reported, rest_s| {
            let after = reported.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            if *reported > 0 && after > self.most_bytes {
                let detail = format!("one owner's machines report at most {} bytes in a minute: wait", self.most_bytes);
                return Err(Problem::too_many("too_many_reports", detail).retry_after(rest_s));
            }
            *reported = after;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_whose_machines_report_too_much_waits_and_others_do_not() {
        let (pace, noon) = (ReportPace::new(1_000), SteadyMillis(7));
        let (ann, bob) = ("ann".parse().unwrap(), "bob".parse().unwrap());
        assert!(pace.admit(&ann, 600, noon).is_ok());
        assert_eq!(pace.admit(&ann, 401, noon).unwrap_err().status().as_u16(), 429);
        assert!(pace.admit(&ann, 400, noon).is_ok(), "what was refused is not counted");
        assert!(pace.admit(&bob, 1_001, noon).is_ok(), "one is always taken");
        assert!(pace.admit(&ann, 600, noon.plus_ms(60_000)).is_ok());
    }
}
