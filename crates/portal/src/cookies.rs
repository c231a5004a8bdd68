//! What does a browser bring along, and what is it given to keep?

use axum::http::{HeaderMap, HeaderValue, header};
use edgecoder_identity::{Token, TokenRole};

/// The cookies of the portal. Behind https their names have the prefix that keeps neighbours from setting them.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    pub is_https: bool,
}

/// A cookie of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Session,
    /// Of somebody who is not logged in: what forms are bound to.
    Visit,
    Theme,
}

impl Cookies {
    fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.is_https) {
            (Cookie::Session, true) => "__Host-ec_session",
            (Cookie::Session, false) => "ec_session",
            (Cookie::Visit, true) => "__Host-ec_visit",
            (Cookie::Visit, false) => "ec_visit",
            (Cookie::Theme, true) => "__Host-ec_theme",
            (Cookie::Theme, false) => "ec_theme",
        }
    }

    /// What the browser brought.
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.name(cookie)).map(|(_, value)| value).next()
    }

    /// The token that the browser brought, where it is one of this role.
    pub fn token(self, headers: &HeaderMap, cookie: Cookie, role: TokenRole) -> Option<Token> {
        self.read(headers, cookie)?.parse().ok().filter(|token: &Token| token.role() == role)
    }

    /// Has the browser keep a value for so many seconds; with none it forgets.
    ///
    /// # Panics
    /// Never: tokens and names of themes are visible letters.
    pub fn keep(self, cookie: Cookie, value: &str, seconds: u64) -> HeaderValue {
        let (name, secure) = (self.name(cookie), if self.is_https { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).expect("a cookie's value is visible letters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xec_theme=a; ec_theme=emerald"));
        headers.append(header::COOKIE, HeaderValue::from_static("ec_theme=late; __Host-ec_theme=midnight"));
        let read = |is_https| Cookies { is_https }.read(&headers, Cookie::Theme);
        assert_eq!((read(false), read(true)), (Some("emerald"), Some("midnight")));
    }

    #[test]
    fn behind_https_a_cookie_is_kept_from_neighbours_and_from_plain_text() {
        let kept = Cookies { is_https: true }.keep(Cookie::Session, "x", 60);
        let kept = kept.to_str().unwrap();
        assert!(kept.starts_with("__Host-ec_session=x; Path=/") && kept.ends_with("; Secure"), "{kept}");
        assert!(kept.contains("HttpOnly") && kept.contains("SameSite=Lax") && !kept.contains("Domain"), "{kept}");
    }
}
