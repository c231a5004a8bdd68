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
use std::{any::Any, net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    Problem,
    connections::{Bounds, Connections, Place},
    readers::Paced,
};

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

/// Answers connections until `stop`, then lets the requests under way finish. No proxy is trusted.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    serve_within(Bounds::default(), listener, router, stop).await;
}

/// The same within `bounds`.
pub async fn serve_within(bounds: Bounds, listener: TcpListener, router: Router, stop: CancellationToken) {
    let connections = Connections::new(bounds);
    let graceful = GracefulShutdown::new();
    loop {
        let place = tokio::select! {
            place = connections.free_place() => place,
            () = stop.cancelled() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => {
                if let Some(place) = connections.admit(address.ip(), place) {
                    answer(stream, address, &router, place, &graceful);
                } else {
                    tracing::debug!("a connection was closed: its address has its share of them");
                }
            }
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

fn answer(stream: TcpStream, address: SocketAddr, router: &Router, place: Place, graceful: &GracefulShutdown) {
    // Answers are small: waiting to fill a packet would only delay them.
    let _unsupported = stream.set_nodelay(true);
    let (router, memory) = (router.clone(), place.memory());
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(memory.clone());
        let mut router = router.clone();
        async move { router.as_service().ready().await?.call(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Paced::new(stream)), service);
    let watched = graceful.watch(connection);
    // Its owner is `graceful`, in the stead of a `JoinSet`: who stops the service tells each watched connection to end and
    // waits for it. There are as many as there are places, and one that outlasts the wait ends with the runtime.
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
    use crate::http::{connections::Portion, whole_body};
    use axum::routing::{get, post};
    use std::net::Ipv4Addr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpSocket,
        task::JoinHandle,
    };

    #[tokio::test]
    async fn an_answer_that_does_not_begin_in_time_is_a_problem_document() {
        let router = Router::new().route("/", get(std::future::pending::<StatusCode>));
        let router = bounded_by(router, Duration::from_millis(1));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }

    /// How many connections the tests' service gives one address; a kibibyte for each is within its memory.
    const SHARE: usize = 60;

    /// A service that takes in bodies, within small bounds.
    async fn begun() -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds {
            all: Portion { connections: 4 * SHARE, body_kib: 1024 },
            of_a_trusted_address: Portion { connections: SHARE, body_kib: 64 },
            patience: Duration::from_millis(10),
            ..Bounds::default()
        };
        let routes = post(async |request: Request| whole_body(request).await.map(|body| body.len().to_string()));
        let router = bounded(Router::new().route("/", routes));
        (address, tokio::spawn(serve_within(bounds, listener, router, CancellationToken::new())))
    }

    /// A request from `from`, of whose `length` bytes of body `sent` were sent.
    async fn asking(from: Ipv4Addr, service: SocketAddr, length: usize, sent: usize) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut stream = socket.connect(service).await.unwrap();
        let head = format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        // Where the service closed the connection already, its answer says so.
        let _closed = stream.write_all(&[head.as_bytes(), &vec![b'x'; sent]].concat()).await;
        stream
    }

    /// All that is answered; nothing where the connection was closed.
    async fn answered(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_crowd_of_one_address_keeps_nobody_elsewhere_waiting() {
        let (service, serving) = begun().await;
        let (crowd_is, elsewhere) = (Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2));
        let mut crowd = Vec::new();
        for _ in 0..SHARE {
            crowd.push(asking(crowd_is, service, 1_000, 1).await);
        }
        for _ in 0..4 * SHARE {
            assert_eq!(answered(asking(crowd_is, service, 1_000, 1).await).await, "", "one more than its share");
        }
        let answer = answered(asking(elsewhere, service, 3, 3).await).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        serving.abort();
    }

    #[tokio::test]
    async fn bodies_of_one_address_take_its_share_of_memory_and_no_more() {
        let (service, serving) = begun().await;
        for (length, expected) in [(60_000, "HTTP/1.1 200"), (100_000, "HTTP/1.1 503"), (60_000, "HTTP/1.1 200")] {
            let answer = answered(asking(Ipv4Addr::LOCALHOST, service, length, length).await).await;
            assert!(answer.starts_with(expected), "{length}: {answer}");
            assert_eq!(answer.contains("retry-after: 1"), expected.ends_with("503"), "{answer}");
        }
        serving.abort();
    }
}
