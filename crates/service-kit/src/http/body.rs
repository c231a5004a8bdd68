//! How is a body taken in? As long as its route allows, no slower than a slow line, into memory that is bounded.

use super::{
    Problem,
    body_memory::{Arriving, BodyMemory},
};
use axum::{RequestExt, body::Bytes, extract::Request, http::StatusCode};
use http_body_util::{BodyExt, LengthLimitError};
use std::{error::Error, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How slowly a body may arrive.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// How long any body may take.
    grace: Duration,
    /// What must arrive in each second beyond that.
    least_bytes_per_s: u32,
    /// The most for the whole body: the longest one over a line of one megabit a second.
    longest: Duration,
}

const PACE: Pace =
    Pace { grace: Duration::from_secs(10), least_bytes_per_s: 8 * 1024, longest: Duration::from_secs(45) };

impl Pace {
    /// How long after its begin a body may still be waited for of which `arrived` bytes are there.
    fn patience(self, arrived: usize) -> Duration {
        let arrived = u32::try_from(arrived).unwrap_or(u32::MAX);
        let earned = Duration::from_secs(1).saturating_mul(arrived) / self.least_bytes_per_s;
        self.grace.saturating_add(earned).min(self.longest)
    }
}

/// The whole body, within the bound of its route.
///
/// # Errors
/// A 413 where it is too long, a 408 where it arrives too slowly, a 400 where it breaks off, a 503 where too many others
/// arrive.
pub async fn whole_body(request: Request) -> Result<Bytes, Problem> {
    body_at(PACE, request).await
}

async fn body_at(pace: Pace, request: Request) -> Result<Bytes, Problem> {
    let mut arriving = Arriving::new(request.extensions().get::<BodyMemory>().cloned());
    let mut body = request.into_limited_body();
    let begun = Instant::now();
    loop {
        let patience = pace.patience(arriving.len());
        let frame = timeout_at(begun + patience, body.frame()).await.map_err(|_| too_slow(patience))?;
        let Some(frame) = frame else { return Ok(arriving.whole()) };
        if let Ok(piece) = frame.map_err(|error| broken(&error))?.into_data() {
            arriving.add(&piece).await?;
        }
    }
}

fn too_slow(limit: Duration) -> Problem {
    let detail = format!("the rest of the body did not arrive within {} seconds", limit.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail)
}

fn broken(error: &(dyn Error + 'static)) -> Problem {
    if is_too_long(error) {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "the body is longer than is allowed here",
        );
    }
    Problem::bad_request("incomplete_body", "the body could not be read to its end")
}

/// Whether the bound of the route was met, under whatever it was wrapped in on the way.
fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_long)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, extract::DefaultBodyLimit};
    use futures_util::{StreamExt, stream};

    const IMPATIENT: Pace = Pace { grace: Duration::from_millis(1), longest: Duration::from_millis(5), ..PACE };

    /// What becomes of a body of `pieces` where no end follows.
    async fn arriving(pace: Pace, pieces: &[usize]) -> StatusCode {
        let pieces: Vec<_> = pieces.iter().map(|length| Ok::<_, std::io::Error>(vec![b'x'; *length])).collect();
        let mut request = Request::new(Body::from_stream(stream::iter(pieces).chain(stream::pending())));
        DefaultBodyLimit::max(1024).apply(&mut request);
        body_at(pace, request).await.unwrap_err().status()
    }

    #[test]
    fn a_slow_line_is_waited_for_and_a_trickle_is_not() {
        let second = usize::try_from(PACE.least_bytes_per_s).unwrap();
        assert_eq!(PACE.patience(0), PACE.grace);
        assert_eq!(PACE.patience(100), PACE.grace + Duration::from_secs(100) / PACE.least_bytes_per_s);
        assert_eq!(PACE.patience(20 * second), PACE.grace + Duration::from_secs(20));
        assert_eq!(PACE.patience(usize::MAX), PACE.longest);
    }

    #[tokio::test]
    async fn a_body_without_end_is_not_waited_for() {
        for pieces in [&[][..], &[1], &[1, 500]] {
            assert_eq!(arriving(IMPATIENT, pieces).await, StatusCode::REQUEST_TIMEOUT, "{pieces:?}");
        }
    }

    #[tokio::test]
    async fn a_body_longer_than_its_route_allows_is_refused_before_its_end() {
        assert_eq!(arriving(PACE, &[1_000, 25]).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
