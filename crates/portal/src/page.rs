//! How does an answer look? A page of ours in the visitor's colours, or the way to another one.

use crate::{
    Portal,
    callers::{Person, Visitor},
    cookies::{Cookie, Cookies},
    freshness::AsOf,
    text::{ENGLISH, Texts},
    theme::Theme,
};
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use edgecoder_service_kit::http::Problem;

/// How long a browser that nobody logs in with is known by its visit, in seconds.
const VISIT_S: u64 = 24 * 60 * 60;
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// What stands around every page.
pub struct Shell {
    pub theme: Theme,
    pub form_token: String,
    /// How the one who is logged in is called.
    pub name: Option<String>,
    /// Whether they find the operators' pages.
    pub is_operator: bool,
    /// Their account: what a browser keeps of what they type is theirs. Empty where nobody is logged in.
    pub who: String,
    /// How old the page is, where it does not show everything that is recorded.
    pub as_of: Option<AsOf>,
    /// Where the page is, so that another theme leads back to it.
    pub place: String,
    visit: Option<String>,
}

impl Shell {
    /// Around a page for anybody.
    pub fn of(visitor: &Visitor) -> Self {
        Self {
            theme: visitor.theme,
            form_token: visitor.form_token(),
            name: None,
            is_operator: false,
            who: String::new(),
            as_of: None,
            place: visitor.place.clone(),
            visit: visitor.is_new.then(|| visitor.token().expose().to_owned()),
        }
    }

    /// Around a page for somebody.
    pub fn of_person(person: &Person) -> Self {
        let (name, who) = (Some(person.profile.name.clone()), person.account().to_string());
        Self { name, who, is_operator: person.is_operator, ..Self::of(&person.visitor) }
    }

    /// Around a page for anybody, as whoever is logged in finds it.
    pub async fn of_anybody(portal: &Portal, visitor: &Visitor) -> Result<Self, Problem> {
        let shell = Self::of(visitor);
        let Some(session) = visitor.session() else { return Ok(shell) };
        // They may have left, perhaps with another browser.
        let Some(profile) = portal.profile(&session.account).await? else { return Ok(shell) };
        let (name, who) = (Some(profile.name), session.account.to_string());
        Ok(Self { name, who, is_operator: portal.is_operator(&session.account).await?, ..shell })
    }

    /// Around a page that is as old as `as_of` says.
    #[must_use]
    pub fn told_as_of(self, as_of: Option<AsOf>) -> Self {
        Self { as_of, ..self }
    }

    /// Around a page for whoever is there when nothing else is known.
    pub fn bare(theme: Theme) -> Self {
        let (form_token, who, place) = (String::new(), String::new(), "/".to_owned());
        Self { theme, form_token, name: None, is_operator: false, who, as_of: None, place, visit: None }
    }

    /// Whether a link of the navigation leads to where the visitor is.
    pub fn is_at(&self, path: &str) -> bool {
        self.place.split('?').next() == Some(path)
    }

    /// The texts of the pages.
    #[expect(clippy::unused_self, reason = "a template asks the shell that it has")]
    pub fn t(&self) -> &'static Texts {
        &ENGLISH
    }

    /// The themes that are offered.
    #[expect(clippy::unused_self, reason = "a template asks the shell that it has")]
    pub fn themes(&self) -> [Theme; 4] {
        Theme::ALL
    }
}

/// The page as an answer.
pub fn show(cookies: Cookies, status: StatusCode, shell: &Shell, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let mut answer = (status, html).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HTML);
    if let Some(visit) = &shell.visit {
        headers.append(header::SET_COOKIE, cookies.keep(Cookie::Visit, visit, VISIT_S));
    }
    answer
}

/// The way to another page, with what the browser is to keep.
pub fn go(to: &str, keep: impl IntoIterator<Item = HeaderValue>) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    for cookie in keep {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// A path of ours that somebody wanted to get back to; the beginning of everything where it leads elsewhere.
pub fn our_path(wanted: &str) -> &str {
    let leads_away = !wanted.starts_with('/') || wanted.starts_with("//") || wanted.contains('\\');
    if leads_away || wanted.chars().any(|letter| letter.is_control() || letter.is_whitespace() || !letter.is_ascii()) {
        return "/dashboard";
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for wanted in
            ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/a\r\nb", "\t//e"]
        {
            assert_eq!(our_path(wanted), "/dashboard", "{wanted:?}");
        }
        assert_eq!(our_path("/tasks/7?x=//y"), "/tasks/7?x=//y");
    }
}
