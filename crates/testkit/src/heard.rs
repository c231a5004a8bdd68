//! What did a service answer?

use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// An answer that has come. A body that is no JSON is shown as null.
#[derive(Debug)]
pub struct Heard {
    pub status: StatusCode,
    pub body: Value,
}

/// Sends a request and waits for the answer.
///
/// # Panics
/// Where none comes.
pub async fn hear(request: RequestBuilder) -> Heard {
    let answer = request.send().await.expect("a service that answers");
    let status = answer.status();
    let body = answer.bytes().await.expect("a whole answer");
    Heard { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}
