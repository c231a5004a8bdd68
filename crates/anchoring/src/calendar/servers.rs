//! Which calendars may be asked? Those that were configured, and those whose promises we follow up.

use crate::web::WebError;
use reqwest::Url;
use std::str::FromStr;

/// Where the stock client sends digests.
pub const DEFAULT_CALENDARS: [&str; 4] = [
    "https://a.pool.opentimestamps.org",
    "https://b.pool.opentimestamps.org",
    "https://a.pool.eternitywall.com",
    "https://ots.btc.catallaxy.com",
];

/// Whose promises the stock client follows up.
pub const DEFAULT_TRUSTED: [&str; 3] = [
    "https://*.calendar.opentimestamps.org",
    "https://*.calendar.eternitywall.com",
    "https://*.calendar.catallaxy.com",
];

/// Why calendars cannot be used as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableCalendar {
    #[error(
        "{servers} calendars of which {enough} must answer: name 1 to {most}, and no more must answer than there are"
    )]
    Count { servers: usize, enough: usize, most: usize },
    #[error("{0:?} is no calendar: write https://host or https://*.host")]
    NotAnAddress(String),
    #[error(transparent)]
    Web(#[from] WebError),
}

/// A calendar, or with `*.` before its name all calendars under that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedCalendar {
    scheme: String,
    host: String,
    port: Option<u16>,
    below: bool,
}

impl TrustedCalendar {
    /// Whether this calendar is meant. A path would not be asked, so one with a path is not.
    pub fn covers(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let named = match host.strip_suffix(self.host.as_str()) {
            Some(before) if self.below => before.len() > 1 && before.ends_with('.'),
            Some(before) => before.is_empty(),
            None => false,
        };
        named && url.scheme() == self.scheme && url.port_or_known_default() == self.port && url.path() == "/"
    }
}

impl FromStr for TrustedCalendar {
    type Err = UnusableCalendar;

    fn from_str(text: &str) -> Result<Self, UnusableCalendar> {
        let below = text.contains("://*.");
        let url: Url = text.replacen("://*.", "://", 1).parse().map_err(|_| refused(text))?;
        let host = url.host_str().filter(|host| !host.contains('*')).ok_or_else(|| refused(text))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(refused(text));
        }
        let (scheme, port) = (url.scheme().to_owned(), url.port_or_known_default());
        Ok(Self { scheme, host: host.to_owned(), port, below })
    }
}

fn refused(text: &str) -> UnusableCalendar {
    UnusableCalendar::NotAnAddress(text.to_owned())
}

/// Whether two addresses are one server's.
pub fn is_same(one: &Url, other: &Url) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    one.origin() == other.origin() && path(one) == path(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_names_below_it_and_nothing_that_looks_alike() {
        let trusted: TrustedCalendar = DEFAULT_TRUSTED[0].parse().unwrap();
        let covers = |url: &str| trusted.covers(&url.parse().unwrap());
        assert!(covers("https://alice.btc.calendar.opentimestamps.org"));
        for other in [
            "http://alice.btc.calendar.opentimestamps.org",
            "https://calendar.opentimestamps.org",
            "https://evilcalendar.opentimestamps.org",
            "https://alice.calendar.opentimestamps.org.evil.example",
            "https://alice.calendar.opentimestamps.org:8443",
            "https://alice.calendar.opentimestamps.org/admin",
        ] {
            assert!(!covers(other), "{other}");
        }
    }

    #[test]
    fn the_defaults_can_be_used_and_nonsense_cannot() {
        for text in DEFAULT_TRUSTED {
            assert!(text.parse::<TrustedCalendar>().is_ok());
        }
        for text in ["calendar", "ftp://a", "https://*.*.a", "https://"] {
            assert!(text.parse::<TrustedCalendar>().is_err(), "{text}");
        }
    }
}
