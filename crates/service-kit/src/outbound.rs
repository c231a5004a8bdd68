//! With what do services and commands ask others over HTTP? They follow no redirect, for a token is for one address; what
//! stays on this machine passes no proxy of the environment, which would read it and could not bring it there; and no
//! answer is read without a limit.

use reqwest::{Client, ClientBuilder, Response, Url, redirect::Policy};
use std::{net::IpAddr, time::Duration};

/// How long a connection may take to come about.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// What asks the service at `base`.
pub fn client_of(base: &Url) -> ClientBuilder {
    if is_this_machine(base) { client_of_this_machine() } else { client_of_others() }
}

/// What asks services that listen on this machine.
pub fn client_of_this_machine() -> ClientBuilder {
    client_of_others().no_proxy()
}

/// What asks services elsewhere, by the environment's proxy where there is one.
pub fn client_of_others() -> ClientBuilder {
    Client::builder().connect_timeout(CONNECT_WAIT).redirect(Policy::none())
}

/// Whether an address never leaves this machine.
pub fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Why the body of an answer is not there.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the answer broke off: {0}")]
    BrokenOff(#[from] reqwest::Error),
    #[error("the answer is longer than {limit} bytes")]
    TooLong { limit: usize },
}

/// Reads a whole body.
///
/// # Errors
/// [`BodyError::TooLong`] as soon as it has more than `limit` bytes.
pub async fn body_within(mut answer: Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(BodyError::TooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_on_this_machine_is_known_by_its_address() {
        for here in ["http://127.0.0.1:4301", "http://127.8.9.1", "http://[::1]:4301/a", "https://localhost"] {
            assert!(is_this_machine(&here.parse().unwrap()), "{here}");
        }
        for elsewhere in
            ["http://10.0.0.1", "http://localhost.example.org", "http://[2001:db8::1]", "http://example.org"]
        {
            assert!(!is_this_machine(&elsewhere.parse().unwrap()), "{elsewhere}");
        }
    }
}
