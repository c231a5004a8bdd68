//! May work and results travel to this address?

use edgecoder_outbound::is_this_machine;
use std::{fmt, str::FromStr};
use url::Url;

const MAX_BYTES: usize = 512;

/// Why an address is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    #[error("it is no absolute address of at most {MAX_BYTES} characters")]
    Malformed,
    #[error("it must begin with https://; http:// is for this machine itself only")]
    Insecure,
    #[error("it must have neither user, password, query nor fragment")]
    Decorated,
}

/// The address of a coordinator: https, or http on loopback. Without a slash at its end, so that paths can be appended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CoordinatorUrl(String);

impl CoordinatorUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CoordinatorUrl {
    type Err = UrlRefusal;

    fn from_str(text: &str) -> Result<Self, UrlRefusal> {
        if text.len() > MAX_BYTES {
            return Err(UrlRefusal::Malformed);
        }
        let url = Url::parse(text).map_err(|_| UrlRefusal::Malformed)?;
        if !url.has_host() {
            return Err(UrlRefusal::Malformed);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(&url) => {}
            _ => return Err(UrlRefusal::Insecure),
        }
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || url.query().is_some() || url.fragment().is_some() {
            return Err(UrlRefusal::Decorated);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for CoordinatorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, UrlRefusal>) {
        let parsed = text.parse::<CoordinatorUrl>();
        assert_eq!(parsed.as_ref().map(CoordinatorUrl::as_str).map_err(|refusal| *refusal), expected, "{text}");
    }

    #[test]
    fn https_is_taken_anywhere_and_http_on_loopback() {
        check("https://example.org", Ok("https://example.org"));
        check("HTTPS://Example.org:443/swarm/", Ok("https://example.org/swarm"));
        check("http://127.0.0.1:4301", Ok("http://127.0.0.1:4301"));
        check("http://[::1]:4301/", Ok("http://[::1]:4301"));
        check("http://localhost:4301", Ok("http://localhost:4301"));
        check("http://127.8.9.1:4301", Ok("http://127.8.9.1:4301"));
    }

    #[test]
    fn nothing_else_is_taken() {
        for insecure in [
            "http://example.org",
            "http://10.0.0.1",
            "http://localhost.example.org",
            "http://127.0.0.1:x@10.0.0.1",
            "ftp://example.org",
        ] {
            check(insecure, Err(UrlRefusal::Insecure));
        }
        for decorated in
            ["https://ann:pw@example.org", "https://ann@example.org", "https://a.org/?x", "https://a.org/#x"]
        {
            check(decorated, Err(UrlRefusal::Decorated));
        }
        for malformed in ["", "example.org", "https://", "mailto:ann@example.org", "file:///etc/passwd", "https://a b"]
        {
            check(malformed, Err(UrlRefusal::Malformed));
        }
        check(&format!("https://example.org/{}", "x".repeat(512)), Err(UrlRefusal::Malformed));
    }
}
