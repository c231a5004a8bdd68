//! How many searches run at once? Many may ask, and each takes time that grows with what it finds.

use crate::http::Problem;
use std::time::Duration;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// The most searches at once; the machine has other work.
const AT_ONCE: usize = 2;
/// How long a search waits for its turn.
const WAIT_FOR_TURN: Duration = Duration::from_secs(2);

/// The places of those who search.
pub struct Searches(Semaphore);

impl Default for Searches {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Searches {
    /// A turn; free again when it is dropped.
    ///
    /// # Errors
    /// 503 where others search for too long.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        let crowded = || Problem::unavailable("search_crowded", "too many others search at the moment: try again");
        timeout(WAIT_FOR_TURN, self.0.acquire()).await.ok().and_then(Result::ok).ok_or_else(crowded)
    }

    /// A turn for what can be left out; none where others search.
    pub fn turn_now(&self) -> Option<SemaphorePermit<'_>> {
        self.0.try_acquire().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_waits_for_one() {
        let searches = Searches::default();
        let (one, _two) = (searches.turn().await.unwrap(), searches.turn().await.unwrap());
        assert!(searches.turn().now_or_never().is_none(), "a third search does not run beside two");
        assert!(searches.turn_now().is_none(), "and what can be left out waits for nothing");
        drop(one);
        assert!(searches.turn().now_or_never().is_some_and(|turn| turn.is_ok()));
    }
}
