//! How much may one account submit? The log is for ever, and so are contents; who submits without end is asked to wait.

use crate::http::Problem;
use crate::windows::Windows;
use edgecoder_events::{AccountId, SteadyMillis};

/// What one account may submit in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionLimits {
    pub tasks: u64,
    /// Of contents, as they are stored.
    pub bytes: u64,
}

impl Default for SubmissionLimits {
    fn default() -> Self {
        Self { tasks: 600, bytes: 64 * 1024 * 1024 }
    }
}

/// What every account submitted lately.
pub struct SubmissionPace {
    limits: SubmissionLimits,
    submitted: Windows<AccountId, Submitted>,
}

#[derive(Clone, Copy, Default)]
struct Submitted {
    tasks: u64,
    bytes: u64,
}

impl SubmissionPace {
    pub fn new(limits: SubmissionLimits) -> Self {
        Self { limits, submitted: Windows::default() }
    }

    /// Counts one more submission, whatever becomes of it: requests at once get no more than one after the other.
    ///
    /// # Errors
    /// A 429 that says how long to wait; such a submission is not counted.
    pub fn admit(&self, account: &AccountId, bytes: usize, now: SteadyMillis) -> Result<(), Problem> {
        let SubmissionLimits { tasks: most_tasks, bytes: most_bytes } = self.limits;
        self.submitted.within(account, now, |submitted, rest_s| {
            let tasks = submitted.tasks.saturating_add(1);
            let bytes = submitted.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            if tasks > most_tasks || bytes > most_bytes {
                let detail =
                    format!("an account submits at most {most_tasks} tasks and {most_bytes} bytes in a minute: wait");
                return Err(Problem::too_many("too_many_submissions", detail).retry_after(rest_s));
            }
            *submitted = Submitted { tasks, bytes };
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: SteadyMillis = SteadyMillis(1_700_000_000_000);

    fn pace() -> (SubmissionPace, AccountId, AccountId) {
        let limits = SubmissionLimits { tasks: 3, bytes: 1_000 };
        (SubmissionPace::new(limits), "ann".parse().unwrap(), "bob".parse().unwrap())
    }

    #[test]
    fn an_account_that_submits_too_many_waits_for_the_next_window_and_others_do_not() {
        let (pace, ann, bob) = pace();
        for _ in 0..3 {
            assert!(pace.admit(&ann, 1, NOON).is_ok());
        }
        assert_eq!(pace.admit(&ann, 1, NOON).unwrap_err().status().as_u16(), 429);
        assert!(pace.admit(&bob, 1, NOON).is_ok());
        assert!(pace.admit(&ann, 1, NOON.plus_ms(59_999)).is_err());
        for _ in 0..3 {
            assert!(pace.admit(&ann, 1, NOON.plus_ms(60_000)).is_ok(), "a new window begins empty");
        }
    }

    #[test]
    fn an_account_that_submits_too_much_waits_and_less_is_taken() {
        let (pace, ann, _) = pace();
        assert!(pace.admit(&ann, 600, NOON).is_ok());
        assert!(pace.admit(&ann, 401, NOON).is_err());
        assert!(pace.admit(&ann, 400, NOON).is_ok(), "what was refused is not counted");
        assert!(pace.admit(&ann, usize::MAX, NOON.plus_ms(60_000)).is_err());
    }
}
