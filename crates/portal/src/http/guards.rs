//! What is every answer guarded with? Headers that keep browsers from doing more with it than we meant, all of them here.

use crate::cookies::Cookies;
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// Nothing is loaded, run, framed or asked but what this server has in files of its own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// A page needs none of a device's senses; passkeys and the button that copies are for pages of ours alone.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                           magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), \
                           clipboard-write=(self), publickey-credentials-create=(self), publickey-credentials-get=(self)";

/// A year: a browser that was here by TLS comes by nothing else. Other hosts of the domain are not ours to speak for.
const TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");
const NEWS: &str = "text/event-stream";

const GUARDS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // A link in a mail is a secret: no other page is told where somebody came from.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

/// Puts them on an answer. What does not say how long it may be kept is not kept: nearly everything is one person's.
pub async fn guarded(State(cookies): State<Cookies>, mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(name, value);
    }
    if cookies.is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ALONE);
    }
    let is_news = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == NEWS);
    if is_news || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NOT_KEPT);
    }
    answer
}
