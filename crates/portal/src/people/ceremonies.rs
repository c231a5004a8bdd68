//! What was begun in which browser, and waits for its answer? One thing of a kind per browser, in memory, for minutes.

use edgecoder_events::SteadyMillis;
use edgecoder_identity::Token;
use edgecoder_service_kit::http::Problem;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// As many wait at once; those whose time is over are forgotten first.
const MAX_WAITING: usize = 10_000;

/// Ceremonies of one kind, by the hash of the token that the browser keeps in a cookie.
pub struct Ceremonies<T> {
    life_ms: u64,
    waiting: Mutex<HashMap<String, Waiting<T>>>,
}

struct Waiting<T> {
    ceremony: T,
    since: SteadyMillis,
}

impl<T> Ceremonies<T> {
    /// None yet; each waits for so long.
    pub fn lasting(life_ms: u64) -> Self {
        Self { life_ms, waiting: Mutex::default() }
    }

    /// Keeps what was begun in a browser, in the place of what was begun there before.
    ///
    /// # Errors
    /// A 503 where too many wait.
    pub fn begin(&self, browser: &Token, ceremony: T, now: SteadyMillis) -> Result<(), Problem> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_WAITING {
            waiting.retain(|_, it| now.ms_since(it.since) < self.life_ms);
        }
        let browser = browser.hash().to_hex();
        if waiting.len() >= MAX_WAITING && !waiting.contains_key(&browser) {
            let detail = "too many people sign in at this moment: try again in a few minutes";
            return Err(Problem::unavailable("too_many_ceremonies", detail));
        }
        waiting.insert(browser, Waiting { ceremony, since: now });
        Ok(())
    }

    /// What was begun in this browser and is not too old: nobody gets it a second time.
    pub fn take(&self, browser: &Token, now: SteadyMillis) -> Option<T> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = waiting.remove(&browser.hash().to_hex())?;
        (now.ms_since(taken.since) < self.life_ms).then_some(taken.ceremony)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_identity::TokenRole;
    use edgecoder_service_kit::chance;

    const NOON: SteadyMillis = SteadyMillis(1_000_000);

    fn browser() -> Token {
        Token::generate(TokenRole::Visit, &mut chance::system())
    }

    #[test]
    fn what_was_begun_is_taken_once_where_it_was_begun() {
        let (ceremonies, [ann, bob]) = (Ceremonies::lasting(60), [browser(), browser()]);
        ceremonies.begin(&ann, "first", NOON).unwrap();
        ceremonies.begin(&ann, "second", NOON).unwrap();
        assert_eq!(ceremonies.take(&bob, NOON), None);
        assert_eq!(ceremonies.take(&ann, NOON), Some("second"));
        assert_eq!(ceremonies.take(&ann, NOON), None);
    }

    #[test]
    fn what_is_too_old_is_not_given_and_makes_room() {
        let ceremonies = Ceremonies::lasting(60);
        let ann = browser();
        ceremonies.begin(&ann, (), NOON).unwrap();
        assert_eq!(ceremonies.take(&ann, NOON.plus_ms(60)), None);
        for _ in 0..MAX_WAITING {
            ceremonies.begin(&browser(), (), NOON).unwrap();
        }
        assert_eq!(ceremonies.begin(&ann, (), NOON).unwrap_err().status().as_u16(), 503);
        assert!(ceremonies.begin(&ann, (), NOON.plus_ms(60)).is_ok());
    }
}
