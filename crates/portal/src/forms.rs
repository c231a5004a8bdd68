//! What did somebody send with a form, and was it a form of ours?

use crate::{Portal, callers::Caller};
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use edgecoder_service_kit::http::{Problem, whole_body};
use std::collections::HashMap;
use subtle::ConstantTimeEq;

/// The field of a form that holds its token.
const TOKEN_FIELD: &str = "form_token";

/// A form of ours, with whoever sent it.
pub struct Form<C> {
    pub caller: C,
    pub fields: Fields,
}

/// The fields of a form by name; of several with one name the last counts.
#[derive(Debug, Default)]
pub struct Fields(HashMap<String, String>);

impl Fields {
    /// Reads the body of a form.
    pub fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// What was typed; nothing where the field is not there.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What was typed, where it was something; lines end as files of ours do.
    pub fn lines(&self, name: &str) -> Option<String> {
        let text = self.text(name).replace("\r\n", "\n");
        (!text.trim().is_empty()).then_some(text)
    }
}

impl<C: Caller> FromRequest<Portal> for Form<C> {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        check_origin(request.headers()).map_err(IntoResponse::into_response)?;
        let (mut parts, body) = request.into_parts();
        let caller = C::from_request_parts(&mut parts, portal).await?;
        let body = whole_body(Request::from_parts(parts, body)).await.map_err(IntoResponse::into_response)?;
        let fields = Fields::parse(&body);
        let expected = caller.visitor().form_token();
        if bool::from(fields.text(TOKEN_FIELD).as_bytes().ct_eq(expected.as_bytes())) {
            return Ok(Self { caller, fields });
        }
        let detail =
            "this page was open for too long, or you logged in or out meanwhile: go back, reload it and try again";
        Err(Problem::forbidden("form_expired", detail).into_response())
    }
}

/// Refuses what the pages of others send. Browsers say where a request comes from; who says nothing needs the token all the
/// same.
fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = text(header::ORIGIN.as_str()).is_none_or(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some() && authority == text(header::HOST.as_str())
    });
    if site && origin {
        return Ok(());
    }
    Err(Problem::forbidden("form_of_another_site", "this form was sent by a page that is not ours: nothing was done"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asked(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_form_of_another_site_is_refused_whatever_it_says() {
        let host = ("host", "portal.example:4310");
        for good in [
            asked(&[host]),
            asked(&[host, ("origin", "https://portal.example:4310"), ("sec-fetch-site", "same-origin")]),
        ] {
            assert!(check_origin(&good).is_ok(), "{good:?}");
        }
        for bad in [
            asked(&[host, ("origin", "https://evil.example")]),
            asked(&[host, ("origin", "null")]),
            asked(&[host, ("origin", "https://portal.example")]),
            asked(&[host, ("sec-fetch-site", "cross-site")]),
            asked(&[host, ("sec-fetch-site", "same-site")]),
        ] {
            assert_eq!(check_origin(&bad).unwrap_err().status().as_u16(), 403, "{bad:?}");
        }
    }

    #[test]
    fn a_field_that_is_not_there_is_empty_and_lines_end_as_ours() {
        let fields = Fields::parse(b"code=a%0D%0Ab&empty=+%0D%0A");
        assert_eq!((fields.text("nothing"), fields.lines("code").as_deref()), ("", Some("a\nb")));
        assert_eq!(fields.lines("empty"), None);
    }
}
