//! With what is anybody asked over HTTP? Every client is made here, and clippy refuses any other.
//!
//! They follow no redirect, for a token is for one address. What stays on this machine passes no proxy of the environment,
//! which would read it and could not bring it there; nor does plain HTTP, which a proxy may read and change. No answer is
//! read without a limit.

mod body;

pub use body::{BodyError, body_within};

use reqwest::{Client, ClientBuilder, Url, redirect::Policy};
use std::{net::IpAddr, time::Duration};

/// How long a connection may take to come about.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// What asks the server at `base`, and no other.
pub fn client_of(base: &Url) -> ClientBuilder {
    if goes_directly(base) { direct() } else { by_proxy() }
}

/// What passes no proxy, whatever the environment names.
pub fn direct() -> ClientBuilder {
    by_proxy().no_proxy()
}

/// What takes the environment's proxy, where there is one.
#[expect(clippy::disallowed_methods, reason = "this is the room that makes clients")]
fn by_proxy() -> ClientBuilder {
    Client::builder().connect_timeout(CONNECT_WAIT).redirect(Policy::none())
}

/// What asks servers whose addresses are learnt one by one. Cloning shares the connections.
#[derive(Debug, Clone)]
pub struct Clients {
    direct: Client,
    by_proxy: Client,
}

impl Clients {
    /// # Errors
    /// Where this machine has no usable TLS.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self { direct: direct().build()?, by_proxy: by_proxy().build()? })
    }

    /// The one for this address.
    pub fn of(&self, url: &Url) -> &Client {
        if goes_directly(url) { &self.direct } else { &self.by_proxy }
    }
}

/// Whether no proxy may stand between. Through a proxy TLS is a tunnel; everything else it reads, and may change.
fn goes_directly(url: &Url) -> bool {
    url.scheme() != "https" || is_this_machine(url)
}

/// Whether an address never leaves this machine.
pub fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: [&str; 6] = [
        "http://127.0.0.1:4301",
        "http://127.8.9.1",
        "http://[::1]:4301/a",
        "https://localhost",
        "http://LOCALHOST:4301",
        "https://[::ffff:127.0.0.1]:4301",
    ];
    const ELSEWHERE: [&str; 6] = [
        "https://10.0.0.1",
        "https://localhost.example.org",
        "https://[2001:db8::1]",
        "https://[::ffff:10.0.0.1]",
        "https://example.org",
        "https://127.0.0.1.example.org",
    ];

    #[test]
    fn what_listens_on_this_machine_is_known_by_its_address() {
        for here in HERE {
            assert!(is_this_machine(&here.parse().unwrap()), "{here}");
        }
        for elsewhere in ELSEWHERE {
            assert!(!is_this_machine(&elsewhere.parse().unwrap()), "{elsewhere}");
        }
    }

    #[test]
    fn a_proxy_stands_before_no_machine_of_ours_and_before_nothing_that_it_could_read() {
        for elsewhere in ELSEWHERE {
            assert!(!goes_directly(&elsewhere.parse().unwrap()), "{elsewhere}");
            let plain = elsewhere.replace("https", "http");
            assert!(goes_directly(&plain.parse().unwrap()), "{plain}");
        }
        for here in HERE {
            assert!(goes_directly(&here.parse().unwrap()), "{here}");
        }
    }
}
