//! What went wrong? RFC 9457 problem details, with the predecessor's `error` code beside them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// RFC 9457 problem details. `error` is a stable code for programs, `detail` a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDetails {
    /// Always `about:blank`: `title` says what the status means.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened here, and what to do about it.
    pub detail: String,
    /// A stable code, as `insufficient_credits`.
    pub error: String,
    /// Which field of the request was wrong, where one was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
}
