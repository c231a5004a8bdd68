//! What does a caller hear when something can not be done? RFC 9457 problem details.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use edgecoder_projections::ProjectionError;
use edgecoder_store::{AppendError, StorageError};
use edgecoder_wire::problem::ProblemDetails;

use crate::commands::CommandError;

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    error: &'static str,
    detail: String,
    field: Option<String>,
    retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem with a stable `error` code and a sentence for people.
    pub fn new(status: StatusCode, error: &'static str, detail: impl Into<String>) -> Self {
        Self { status, error, detail: detail.into(), field: None, retry_after_s: None }
    }

    /// 400: the request is not what was expected.
    pub fn bad_request(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, detail)
    }

    /// 400 that names the field.
    pub fn bad_field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::bad_request("invalid_field", detail).of_field(field)
    }

    /// 401: who are you?
    pub fn unauthorized(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, error, detail)
    }

    /// 403: you may not.
    pub fn forbidden(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, error, detail)
    }

    /// 404: there is no such thing, or it is not yours.
    pub fn not_found(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error, detail)
    }

    /// 409: it can not be done as things stand.
    pub fn conflict(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error, detail)
    }

    /// 429: slower, please.
    pub fn too_many(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, error, detail).retry_after(1)
    }

    /// 503: not now.
    pub fn unavailable(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error, detail).retry_after(1)
    }

    /// 500: our fault. What happened goes to the log and not to the caller.
    pub fn internal(what: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = what, "a request failed for a reason of our own");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "something broke on our side; it was logged")
    }

    /// 503: the database is gone for now.
    fn no_database(what: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = what, "the ledger's database does not answer");
        Self::unavailable("ledger_unavailable", "the ledger's database does not answer: try again later")
    }

    /// Says which field it is about.
    #[must_use]
    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The field that it is about, where it is about one.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn details(self) -> ProblemDetails {
        ProblemDetails {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            error: self.error.to_owned(),
            field: self.field,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry_after_s) = (self.status, self.retry_after_s);
        let body = serde_json::to_vec(&self.details()).expect("texts and numbers are JSON");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        if error.is_absence() { Self::no_database(&error) } else { Self::internal(&error) }
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        let detail = error.to_string();
        match error {
            AppendError::Stopped | AppendError::NotLeader | AppendError::OutcomeUnknown => {
                Self::unavailable("ledger_unavailable", detail)
            }
            AppendError::Crowded => Self::unavailable("ledger_crowded", detail),
            AppendError::RolledBack(_) => Self::unavailable("ledger_rolled_back", detail),
            AppendError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail),
            AppendError::IdempotencyConflict => Self::conflict("idempotency_conflict", detail),
            AppendError::Storage(_) => {
                tracing::error!(%error, "the ledger could not be written");
                Self::unavailable("ledger_unavailable", "the ledger can not be written at the moment: try again")
            }
            AppendError::ConditionFailed { .. }
            | AppendError::Malformed
            | AppendError::Field(_)
            | AppendError::SameLogKey
            | AppendError::NotRolledBack => Self::internal(&error),
        }
    }
}

impl From<ProjectionError> for Problem {
    fn from(error: ProjectionError) -> Self {
        if matches!(
            error,
            ProjectionError::Behind { .. } | ProjectionError::SearchNotReady | ProjectionError::Stopped(_)
        ) {
            return Self::unavailable("projection_behind", error.to_string());
        }
        if matches!(error, ProjectionError::Database(_)) {
            return Self::no_database(&error);
        }
        Self::internal(&error)
    }
}

impl<R: Into<Problem>> From<CommandError<R>> for Problem {
    fn from(error: CommandError<R>) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Busy => Self::unavailable("busy", "others keep changing the same thing: try again"),
            CommandError::Append(error) => error.into(),
            CommandError::Storage(error) => error.into(),
        }
    }
}
