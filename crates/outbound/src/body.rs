//! How much of an answer is read? As much as it may have, and not a byte more.

use reqwest::Response;

/// Why the body of an answer is not there.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the answer broke off: {0}")]
    BrokenOff(#[from] reqwest::Error),
    #[error("the answer is longer than {limit} bytes")]
    TooLong { limit: usize },
}

/// Reads a whole body.
///
/// # Errors
/// [`BodyError::TooLong`] as soon as it has more than `limit` bytes.
pub async fn body_within(mut answer: Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(BodyError::TooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
