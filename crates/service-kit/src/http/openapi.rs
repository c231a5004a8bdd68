//! Where does a service describe itself? At one path in every service, for anyone.

use crate::callers::Anyone;
use axum::{Router, body::Bytes, http::header, routing::get};
use utoipa::openapi::OpenApi;

const PATH: &str = "/openapi.json";
/// It changes with the version of the service and with nothing else.
const CACHING: &str = "public, max-age=3600";

/// Adds the route that gives `document`.
///
/// # Panics
/// Where the document can not be written as JSON, which the types of OpenAPI documents rule out.
pub fn described<S: Clone + Send + Sync + 'static>(router: Router<S>, document: &OpenApi) -> Router<S> {
    let json = Bytes::from(document.to_json().expect("an OpenAPI document is JSON"));
    let give = move |_: Anyone| {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, CACHING)];
        std::future::ready((headers, json))
    };
    router.route(PATH, get(give))
}
