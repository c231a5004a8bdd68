//! How often may one machine change what the log says of it? The log is for ever; a machine that flaps is asked to wait.

use edgecoder_events::{AgentId, UnixMillis};
use edgecoder_service_kit::http::Problem;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The events about itself that one machine causes in one window; an honest one causes a handful a day.
const MAX_CHANGES: usize = 60;
const WINDOW_MS: u64 = 60_000;

/// What every machine changed lately. It knows admitted machines only, so it is as bounded as they are.
#[derive(Default)]
pub struct ChangePace(Mutex<HashMap<AgentId, Window>>);

#[derive(Default)]
struct Window {
    begun_at: UnixMillis,
    changes: usize,
}

impl ChangePace {
    /// Whether the machine may change something now.
    ///
    /// # Errors
    /// A 429 that says to wait.
    pub fn check(&self, agent: &AgentId, now: UnixMillis) -> Result<(), Problem> {
        let windows = self.lock();
        let spent = windows.get(agent).filter(|window| now.ms_since(window.begun_at) < WINDOW_MS);
        if spent.is_some_and(|window| window.changes >= MAX_CHANGES) {
            let detail = format!("a machine changes at most {MAX_CHANGES} things about itself in a minute: wait");
            return Err(Problem::too_many("too_many_changes", detail));
        }
        Ok(())
    }

    /// How many events a command of the machine recorded.
    pub fn spent(&self, agent: &AgentId, changes: usize, now: UnixMillis) {
        if changes == 0 {
            return;
        }
        let mut windows = self.lock();
        let window = windows.entry(agent.clone()).or_default();
        if now.ms_since(window.begun_at) >= WINDOW_MS {
            *window = Window { begun_at: now, changes: 0 };
        }
        window.changes = window.changes.saturating_add(changes);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AgentId, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixMillis = UnixMillis(1_700_000_000_000);

    #[test]
    fn a_machine_that_flaps_waits_for_the_next_window_and_others_do_not() {
        let (pace, ann, bob) = (ChangePace::default(), "ann".parse().unwrap(), "bob".parse().unwrap());
        for _ in 0..MAX_CHANGES {
            assert!(pace.check(&ann, NOON).is_ok());
            pace.spent(&ann, 1, NOON);
        }
        assert_eq!(pace.check(&ann, NOON).unwrap_err().status().as_u16(), 429);
        assert!(pace.check(&bob, NOON).is_ok());
        let later = UnixMillis(NOON.0 + WINDOW_MS);
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
