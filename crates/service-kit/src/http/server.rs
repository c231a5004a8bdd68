//! How does a service listen? With bounds on connections, on silence and on the length of a request.

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, Request},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{any::Any, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;

use super::{Problem, readers::Paced};

/// Connections that are open at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 4_096;
/// The longest that a connection may take to send the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// The most bytes of a request's head, and of what is read ahead on a connection.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The longest that a request may take until its answer begins: longer than the longest poll.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// How long requests that are under way may take when the service stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a body, where a route does not say otherwise.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The layers that every service's routes stand behind.
pub fn bounded(router: Router) -> Router {
    bounded_by(router, REQUEST_TIMEOUT)
}

/// The same for a service whose answers take longer to begin than others': at most `request_timeout`.
pub fn bounded_by(router: Router, request_timeout: Duration) -> Router {
    router
        .fallback(|| async { Problem::not_found("no_such_route", "there is nothing at this path: see docs/API.md") })
        .method_not_allowed_fallback(|| async {
            let detail = "this path takes other methods: see docs/API.md";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(move |request, next| in_time(request_timeout, request, next)))
        .layer(CatchPanicLayer::custom(answer_a_panic))
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let detail = format!("the answer did not begin within {} seconds", limit.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timed_out", detail).into_response()
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn answer_a_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = what.unwrap_or("of another type"), "a handler panicked");
    let detail = "something broke on our side; it was logged";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail).into_response()
}

/// Answers connections until `stop`, then lets the requests under way finish.
///
/// # Panics
/// Never: the places for connections are not closed while it runs.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
            () = stop.cancelled() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => answer(stream, address, &router, place, &graceful),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way when the service stopped");
    }
}

fn answer(
    stream: TcpStream,
    address: SocketAddr,
    router: &Router,
    place: OwnedSemaphorePermit,
    graceful: &GracefulShutdown,
) {
    // Answers are small: waiting to fill a packet would only delay them.
    let _unsupported = stream.set_nodelay(true);
    let router = router.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        let mut router = router.clone();
        async move { router.as_service().ready().await?.call(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Paced::new(stream)), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(%error, "a connection broke off");
        }
        drop(place);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;

    #[tokio::test]
    async fn an_answer_that_does_not_begin_in_time_is_a_problem_document() {
        let router = Router::new().route("/", get(std::future::pending::<StatusCode>));
        let router = bounded_by(router, Duration::from_millis(1));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}
