//! What does a service tell Prometheus?

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// One registry per process, shared by its services.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    service: &'static str,
    method: &'static str,
    route: String,
    status: u16,
}

/// From a quarter of a millisecond to eight seconds.
fn request_times() -> Histogram {
    Histogram::new(exponential_buckets(0.000_25, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::new_with_constructor(request_times as fn() -> Histogram);
        let mut registry = Registry::with_prefix("edgecoder");
        let help = "Time from a request's head to its answer's head, in seconds";
        registry.register("http_request_seconds", help, requests.clone());
        Self(Arc::new(Inner { registry: Mutex::new(registry), requests }))
    }
}

impl Metrics {
    /// Lets a part of the product add metrics of its own.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.0.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The answer to `GET /metrics`.
    pub fn answer(&self) -> Response {
        let mut text = String::new();
        let encoded = encode(&mut text, &self.0.registry.lock().unwrap_or_else(PoisonError::into_inner));
        match encoded {
            Ok(()) => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                ([(header::CONTENT_TYPE, kind)], text).into_response()
            }
            Err(error) => super::Problem::internal(&error).into_response(),
        }
    }
}

/// Measures every request of one service.
pub async fn measure(
    State((metrics, service)): State<(Metrics, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let method = label(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let labels = RequestLabels { service, method, route, status: response.status().as_u16() };
    metrics.0.requests.get_or_create(&labels).observe(begun.elapsed().as_secs_f64());
    response
}

/// The method's name where it is a known one: each label stays for ever, and callers can invent methods without end.
fn label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_somebody_invented_gets_no_label_of_its_own() {
        assert_eq!(label(&Method::POST), "POST");
        for invented in ["INVENTED", "post", "TRACE"] {
            assert_eq!(label(&invented.parse().unwrap()), "other", "{invented}");
        }
    }
}
