//! How often may one machine change what the log says of it? The log is for ever; a machine that flaps is asked to wait.

use edgecoder_events::{AgentId, SteadyMillis};
use edgecoder_service_kit::http::Problem;
use edgecoder_service_kit::windows::Windows;

/// The events about itself that one machine causes in one minute; an honest one causes a handful a day.
const MAX_CHANGES: usize = 60;

/// What every machine changed lately.
#[derive(Default)]
pub struct ChangePace(Windows<AgentId, usize>);

impl ChangePace {
    /// Whether the machine may change something now.
    ///
    /// # Errors
    /// A 429 that says how long to wait.
    pub fn check(&self, agent: &AgentId, now: SteadyMillis) -> Result<(), Problem> {
        self.0.within(agent, now, |changes, rest_s| {
            if *changes < MAX_CHANGES {
                return Ok(());
            }
            let detail = format!("a machine changes at most {MAX_CHANGES} things about itself in a minute: wait");
            Err(Problem::too_many("too_many_changes", detail).retry_after(rest_s))
        })
    }

    /// How many events a command of the machine recorded.
    pub fn spent(&self, agent: &AgentId, recorded: usize, now: SteadyMillis) {
        self.0.within(agent, now, |changes, _| *changes = changes.saturating_add(recorded));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: SteadyMillis = SteadyMillis(1_700_000_000_000);

    #[test]
    fn a_machine_that_flaps_waits_for_the_next_window_and_others_do_not() {
        let (pace, ann, bob) = (ChangePace::default(), "ann".parse().unwrap(), "bob".parse().unwrap());
        for _ in 0..MAX_CHANGES {
            assert!(pace.check(&ann, NOON).is_ok());
            pace.spent(&ann, 1, NOON);
        }
        assert_eq!(pace.check(&ann, NOON).unwrap_err().status().as_u16(), 429);
        assert!(pace.check(&bob, NOON).is_ok());
        let later = SteadyMillis(NOON.0 + 60_000);
        assert!(pace.check(&ann, later).is_ok());
        pace.spent(&ann, 1, later);
        assert!(pace.check(&ann, later).is_ok(), "a new window begins empty");
    }

    #[test]
    fn what_changes_nothing_costs_nothing() {
        let (pace, ann) = (ChangePace::default(), "ann".parse().unwrap());
        for _ in 0..MAX_CHANGES * 2 {
            pace.spent(&ann, 0, NOON);
        }
        assert!(pace.check(&ann, NOON).is_ok());
    }
}
