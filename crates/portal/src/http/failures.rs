//! What does a person see when something can not be done? A page in words, with a number where it is our fault.

use crate::{
    cookies::{Cookie, Cookies},
    page::{self, Shell},
    text::ENGLISH,
    theme::Theme,
};
use askama::Template;
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use edgecoder_service_kit::chance;
use edgecoder_wire::problem::ProblemDetails;
use rand::Rng;

const PROBLEM: &str = "application/problem+json";
/// A problem is shorter.
const MAX_PROBLEM_BYTES: usize = 64 * 1024;
const ID_BYTES: usize = 6;
/// In seconds.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("5");

/// One heading, one sentence, one way on.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message {
    pub shell: Shell,
    pub heading: &'static str,
    pub text: String,
    pub id: Option<String>,
    pub next: &'static str,
    pub next_label: &'static str,
}

/// Tells problems to browsers as pages; programs get them as they are.
pub async fn told_to_people(State(cookies): State<Cookies>, request: Request, next: Next) -> Response {
    let wants_pages = wants_pages(request.headers());
    let theme = cookies.read(request.headers(), Cookie::Theme).and_then(Theme::of_name).unwrap_or_default();
    let answer = next.run(request).await;
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !wants_pages || kind != Some(PROBLEM) {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, MAX_PROBLEM_BYTES).await.unwrap_or_default();
    let detail = serde_json::from_slice::<ProblemDetails>(&body).map(|it| it.detail).unwrap_or_default();
    let mut told = page::show(cookies, parts.status, &Shell::bare(theme), &message(theme, parts.status, &detail));
    if let Some(after) = parts.headers.get(header::RETRY_AFTER) {
        told.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    told
}

/// What a door to the portal shows to a browser while nothing behind it answers: the browser looks again by itself where
/// it only looked. None for a program.
pub fn away_page(method: &Method, headers: &HeaderMap) -> Option<Response> {
    if !wants_pages(headers) {
        return None;
    }
    let (theme, cookies) = (Theme::default(), Cookies { is_https: false });
    let told = message(theme, StatusCode::SERVICE_UNAVAILABLE, ENGLISH.door_away);
    let mut page = page::show(cookies, StatusCode::BAD_GATEWAY, &Shell::bare(theme), &told);
    if method == Method::GET {
        page.headers_mut().insert(header::REFRESH, LOOK_AGAIN);
    }
    Some(page)
}

fn wants_pages(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

fn message(theme: Theme, status: StatusCode, detail: &str) -> Message {
    let t = &ENGLISH;
    let (heading, text, id) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            (t.not_found_title, t.not_found_text.to_owned(), None)
        }
        StatusCode::TOO_MANY_REQUESTS => (t.too_many_title, sentence(detail), None),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => (t.unavailable_title, sentence(detail), None),
        status if status.is_server_error() => (t.failure_title, t.failure_text.to_owned(), Some(noted(status))),
        _ => (t.forbidden_title, sentence(detail), None),
    };
    Message { shell: Shell::bare(theme), heading, text, id, next: "/dashboard", next_label: t.go_home }
}

/// A number that stands in our log too.
fn noted(status: StatusCode) -> String {
    let mut id = [0; ID_BYTES];
    chance::system().fill_bytes(&mut id);
    let id = hex::encode(id);
    tracing::error!(failure.id = %id, status = status.as_u16(), "a person was told that something broke: see above");
    id
}

/// Problems begin small and end without a full stop.
pub fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str();
    format!("{first}{rest}{}", if rest.ends_with(['.', '!', '?', '…']) { "" } else { "." })
}
