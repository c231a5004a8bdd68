//! When is a calendar asked again? A few times, later and later, never all clients at one moment.

use crate::web::WebError;
use rand::Rng;
use std::time::Duration;

const FIRST_WAIT_MS: u32 = 500;
const RETRIES: usize = 2;

/// The waits between the attempts of one request, drawn beforehand.
#[derive(Debug)]
pub struct Waits([Duration; RETRIES]);

impl Waits {
    /// Each wait is between half of its full length and the whole, and the full length doubles.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let mut full = FIRST_WAIT_MS;
        Self(std::array::from_fn(|_| {
            let wait = full / 2 + rng.next_u32() % (full / 2 + 1);
            full *= 2;
            Duration::from_millis(wait.into())
        }))
    }

    /// Asks until there is an answer, or a refusal that will not pass.
    pub async fn retry<T, F>(&self, ask: impl Fn() -> F) -> Result<T, WebError>
    where
        F: Future<Output = Result<T, WebError>>,
    {
        for wait in self.0 {
            match ask().await {
                Err(error) if error.is_passing() => tokio::time::sleep(wait).await,
                answer => return answer,
            }
        }
        ask().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn waits_grow_and_differ() {
        let draw = |seed| Waits::draw(&mut StdRng::seed_from_u64(seed)).0;
        for seed in 0..100 {
            let [first, second] = draw(seed).map(|wait| wait.as_millis());
            assert!((250..=500).contains(&first) && (500..=1000).contains(&second));
        }
        assert_ne!(draw(1), draw(2));
    }
}
