//! Bodies, paths and queries that say which field was wrong.

use super::{Problem, whole_body};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

/// A JSON body, read or written.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> Json<T> {
    /// Reads a body that was taken in already.
    ///
    /// # Errors
    /// A 400 that names the field and what was expected of it.
    pub fn parse(bytes: &[u8]) -> Result<T, Problem> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let (path, error) = (error.path().to_string(), error.into_inner());
            wrong_body(&path, &error.to_string())
        })?;
        reader
            .end()
            .map_err(|_| Problem::bad_request("invalid_json", "there is more after the end of the JSON body"))?;
        Ok(value)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        expect_json(request.headers())?;
        Self::parse(&whole_body(request).await?).map(Json)
    }
}

/// How paths end where a body breaks off before a name is whole.
const NAMELESS: char = '?';

/// What is wrong with a body where reading it failed at `path`.
fn wrong_body(path: &str, told: &str) -> Problem {
    let named = path.trim_end_matches(NAMELESS).trim_matches('.');
    let place = (!named.is_empty()).then(|| named.to_owned());
    // The path ends at the object that a field is missing from, or twice in: who sent it looks for the field.
    let field = match (field_of_object(told), place) {
        (Some(field), Some(place)) => Some(format!("{place}.{field}")),
        (Some(field), None) => Some(field.to_owned()),
        (None, place) => place,
    };
    match field {
        Some(field) => Problem::bad_field(field, told),
        None => Problem::bad_request("invalid_json", told),
    }
}

/// The name in serde's words for a field that is not there, or there twice.
fn field_of_object(told: &str) -> Option<&str> {
    let named = ["missing field `", "duplicate field `"].into_iter().find_map(|words| told.strip_prefix(words))?;
    named.split('`').next()
}

/// Refuses bodies that call themselves something other than JSON.
pub(crate) fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    let detail = "send the body with content-type: application/json";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected_json", detail))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Parts of the path.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|rejection| Problem::bad_request("invalid_path", rejection.body_text()))
    }
}

/// The query string.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|query| Self(query.0)).map_err(|rejection| wrong_query(&rejection.body_text()))
    }
}

/// What is wrong with a query, without the words of the library that read it: they end with the parameter and its fault.
fn wrong_query(told: &str) -> Problem {
    let told = told.strip_prefix("Failed to deserialize query string: ").unwrap_or(told);
    let unknown = told.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    if let Some(parameter) = field_of_object(told).or(unknown) {
        return Problem::bad_request("invalid_query", format!("the query: {told}")).of_field(parameter);
    }
    // A value that can not be read: `limit: invalid digit found in string`.
    match told.split_once(": ").filter(|(parameter, _)| is_a_name(parameter)) {
        Some((parameter, fault)) => {
            let detail = format!("this parameter of the query can not be used: {fault}");
            Problem::bad_request("invalid_query", detail).of_field(parameter)
        }
        None => Problem::bad_request("invalid_query", format!("the query can not be used: {told}")),
    }
}

fn is_a_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Order {
        #[serde(rename = "taskId")]
        _task_id: String,
        #[serde(rename = "files", default)]
        _files: Vec<File>,
    }

    #[derive(Debug, Deserialize)]
    struct File {
        #[serde(rename = "path")]
        _path: String,
    }

    /// The error and the field of the refusal of a body.
    fn refused(body: &str) -> (Value, Value) {
        let problem = Json::<Order>::parse(body.as_bytes()).unwrap_err();
        let mut details = serde_json::to_value(problem.details()).unwrap();
        (details["error"].take(), details["field"].take())
    }

    #[test]
    fn a_wrong_field_is_named_and_so_is_one_that_is_missing() {
        for (body, field) in [
            ("{}", "taskId"),
            (r#"{"taskId": "t", "files": [{"path": "a"}, {}]}"#, "files[1].path"),
            (r#"{"taskId": 7}"#, "taskId"),
            (r#"{"taskId": "t", "taskId": "u"}"#, "taskId"),
            (r#"{"taskId": "t", "files": [{"path": 7}]}"#, "files[0].path"),
            (r#"{"taskId": "t", "fles": []}"#, "fles"),
        ] {
            assert_eq!(refused(body), (json!("invalid_field"), json!(field)), "{body}");
        }
    }

    #[test]
    fn a_body_that_is_wrong_as_a_whole_names_no_field() {
        for body in ["", "[]", "7", "{", "nonsense"] {
            assert_eq!(refused(body), (json!("invalid_json"), Value::Null), "{body}");
        }
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Narrowed {
        #[serde(rename = "limit")]
        _limit: u16,
    }

    #[tokio::test]
    async fn a_wrong_query_names_its_parameter_in_words_of_our_own() {
        for (query, field) in [("limit=many", "limit"), ("limt=4&limit=4", "limt"), ("", "limit")] {
            let request = Request::builder().uri(format!("/tasks?{query}")).body(axum::body::Body::empty()).unwrap();
            let (mut parts, _) = request.into_parts();
            let problem = Query::<Narrowed>::from_request_parts(&mut parts, &()).await.unwrap_err();
            let details = serde_json::to_value(problem.details()).unwrap();
            assert_eq!((&details["error"], &details["field"]), (&json!("invalid_query"), &json!(field)), "{details}");
            assert!(!details["detail"].as_str().unwrap().contains("deserialize"), "{details}");
        }
    }
}
