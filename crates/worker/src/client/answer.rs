//! What did the coordinator answer? At most so much, at most so late.

use super::{Bounds, CallError, Refusal};
use edgecoder_outbound::{BodyError, body_within};
use edgecoder_wire::problem::ProblemDetails;
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;

/// Sends a request and reads its whole answer.
pub async fn read<T: DeserializeOwned>(request: RequestBuilder, bounds: Bounds) -> Result<T, CallError> {
    let (client, request) = request.build_split();
    let request = request.map_err(CallError::Unreachable)?;
    let path = request.url().path().to_owned();
    let answer = async {
        let response = client.execute(request).await.map_err(CallError::Unreachable)?;
        let status = response.status();
        let body = body(response, &path, bounds.body).await?;
        if status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|source| CallError::Unexpected { path: path.clone(), source });
        }
        let problem = serde_json::from_slice::<ProblemDetails>(&body).ok().filter(|it| it.status == status.as_u16());
        Err(problem.map_or_else(|| Refusal::without_words(status.as_u16()), Refusal::of).into())
    };
    match tokio::time::timeout(bounds.wait, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(CallError::TimedOut { path: path.clone(), wait: bounds.wait }),
    }
}

async fn body(response: Response, path: &str, limit: usize) -> Result<Vec<u8>, CallError> {
    body_within(response, limit).await.map_err(|error| match error {
        BodyError::BrokenOff(error) => CallError::Unreachable(error),
        BodyError::TooLong { limit } => CallError::TooLong { path: path.to_owned(), limit },
    })
}
