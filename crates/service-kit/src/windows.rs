//! What did each one use up in this minute? The log is for ever; who fills it without end is asked to wait.

use edgecoder_events::SteadyMillis;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

const WINDOW_MS: u64 = 60_000;

/// What was used since the window began, for everyone who used anything. Its callers are machines that an operator let in,
/// and accounts, each of which the log has for ever: it is as bounded as they are.
pub struct Windows<Who, Used>(Mutex<HashMap<Who, Window<Used>>>);

struct Window<Used> {
    begun_at: SteadyMillis,
    used: Used,
}

impl<Who: Clone + Eq + Hash, Used: Clone + Default> Windows<Who, Used> {
    /// Shows what `who` used in the window that runs at `now`, to be changed, and the
    /// seconds that it still runs.
    pub fn within<T>(&self, who: &Who, now: SteadyMillis, change: impl FnOnce(&mut Used, u32) -> T) -> T {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Window { begun_at: now, used: Used::default() };
        let window = windows.entry(who.clone()).or_insert_with(fresh);
        if now.ms_since(window.begun_at) >= WINDOW_MS {
            *window = fresh();
        }
        let rest_ms = WINDOW_MS.saturating_sub(now.ms_since(window.begun_at));
        change(&mut window.used, u32::try_from(rest_ms.div_ceil(1_000)).unwrap_or(u32::MAX))
    }
}

impl<Who, Used> Default for Windows<Who, Used> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: SteadyMillis = SteadyMillis(1_700_000_000_000);

    #[test]
    fn a_window_lasts_a_minute_for_each_on_its_own() {
        let windows = Windows::<&str, u32>::default();
        let uses = |who, now| {
            windows.within(&who, now, |used, rest_s| {
                *used += 1;
                (*used, rest_s)
            })
        };
        assert_eq!(uses("ann", NOON), (1, 60));
        assert_eq!(uses("ann", NOON.plus_ms(WINDOW_MS - 1)), (2, 1));
        assert_eq!(uses("bob", NOON.plus_ms(WINDOW_MS - 1)), (1, 60));
        assert_eq!(uses("ann", NOON.plus_ms(WINDOW_MS)), (1, 60), "a new window begins empty");
    }
}
