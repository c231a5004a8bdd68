//! How is a body taken in? As long as its route allows, and not for longer than a slow line needs.

use super::Problem;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::StatusCode,
};
use std::time::Duration;

/// The longest that a body may take to arrive: the longest one over a line of one megabit a second.
const BODY_TIMEOUT: Duration = Duration::from_secs(45);

/// The whole body, within the bound of its route.
///
/// # Errors
/// A 413 where it is too long, a 408 where it takes too long, a 400 where it breaks off.
pub async fn whole_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    body_within(BODY_TIMEOUT, request, state).await
}

async fn body_within<S: Send + Sync>(limit: Duration, request: Request, state: &S) -> Result<Bytes, Problem> {
    let body = tokio::time::timeout(limit, Bytes::from_request(request, state)).await;
    body.map_err(|_| too_slow(limit))?.map_err(|rejection| broken(&rejection))
}

fn too_slow(limit: Duration) -> Problem {
    let detail = format!("the body did not arrive within {} seconds", limit.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail)
}

fn broken(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "the body is longer than is allowed here",
        );
    }
    Problem::bad_request("incomplete_body", "the body could not be read to its end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[tokio::test]
    async fn a_body_without_end_is_not_waited_for() {
        let endless = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let problem = body_within(Duration::from_millis(1), Request::new(endless), &()).await.unwrap_err();
        assert_eq!(problem.status(), StatusCode::REQUEST_TIMEOUT);
    }
}
