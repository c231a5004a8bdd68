//! Which HTTP API takes our mails? One of the shape of Resend's `POST /emails`.

use super::Mail;
use edgecoder_outbound::{body_within, client_of, is_this_machine};
use lettre::message::Mailbox;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::time::Duration;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(20);
/// As much of a refusal is read, and as much of it told.
const MAX_ANSWER_BYTES: usize = 4 * 1024;
const MAX_TOLD_CHARS: usize = 200;
/// Such an API refuses callers without a name.
const CALLER: &str = concat!("edgecoder/", env!("CARGO_PKG_VERSION"));
/// What is sent twice under one key leaves there once.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Sends by an HTTP API. Cheap to clone.
#[derive(Clone)]
pub struct MailApi {
    client: Client,
    address: Url,
    token: SecretString,
    from: String,
}

/// Why a mail can not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailApiError {
    #[error("expected the address of a mail API as https://api.example.org/emails")]
    Address,
    #[error("a mail API on another machine is asked over https alone: its token would travel in clear")]
    Plain,
    #[error("expected a sender as EdgeCoder <edgecoder@example.org>")]
    Sender,
    #[error("this machine has no usable TLS: {0}")]
    NoTls(reqwest::Error),
    #[error("the mail API does not answer: {0}")]
    Unreachable(reqwest::Error),
    #[error("the mail API did not take it ({status}): {said}")]
    Refused { status: StatusCode, said: String },
}

impl MailApiError {
    /// Whether it may go well later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            Self::Address | Self::Plain | Self::Sender | Self::NoTls(_) => false,
        }
    }
}

/// What is posted.
#[derive(Serialize)]
struct Posted<'a> {
    from: &'a str,
    to: [&'a str; 1],
    subject: &'a str,
    text: &'a str,
}

impl MailApi {
    /// Sends by the API at `address` to which `token` belongs, in the name of `from`.
    ///
    /// # Errors
    /// Where one of them is not what it should be.
    pub fn new(address: &str, token: SecretString, from: &str) -> Result<Self, MailApiError> {
        let address: Url = address.parse().map_err(|_| MailApiError::Address)?;
        if address.host_str().is_none() || !matches!(address.scheme(), "http" | "https") {
            return Err(MailApiError::Address);
        }
        if address.scheme() != "https" && !is_this_machine(&address) {
            return Err(MailApiError::Plain);
        }
        from.parse::<Mailbox>().map_err(|_| MailApiError::Sender)?;
        let client = client_of(&address).timeout(PATIENCE).user_agent(CALLER).build();
        Ok(Self { client: client.map_err(MailApiError::NoTls)?, address, token, from: from.to_owned() })
    }

    /// Sends one mail; under the same key it leaves once, however often it is sent.
    ///
    /// # Errors
    /// Where the API did not take it.
    pub async fn send(&self, mail: &Mail, key: &str) -> Result<(), MailApiError> {
        let posted = Posted { from: &self.from, to: [&mail.to], subject: &mail.subject, text: &mail.text };
        let request = self.client.post(self.address.clone()).bearer_auth(self.token.expose_secret());
        let answer = request.header(IDEMPOTENCY_KEY, key).json(&posted).send().await;
        let answer = answer.map_err(|error| MailApiError::Unreachable(error.without_url()))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said = body_within(answer, MAX_ANSWER_BYTES).await.unwrap_or_default();
        Err(MailApiError::Refused { status, said: told(&said, &mail.to) })
    }
}

/// What was said, on one line, without whom the mail was for: that stands in no log.
fn told(said: &[u8], to: &str) -> String {
    let said = String::from_utf8_lossy(said).replace(to, "…");
    let told: String = said.trim().chars().filter(|letter| !letter.is_control()).take(MAX_TOLD_CHARS).collect();
    if told.is_empty() { "it gave no reason".to_owned() } else { told }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: &str = "EdgeCoder <edgecoder@example.org>";

    fn api(address: &str, from: &str) -> Result<MailApi, MailApiError> {
        MailApi::new(address, "a secret".to_owned().into(), from)
    }

    #[test]
    fn an_address_or_a_sender_that_is_none_is_refused_at_the_start() {
        for good in ["https://api.example.org/emails", "http://127.0.0.1:8025/emails", "http://localhost/emails"] {
            assert!(api(good, SENDER).is_ok(), "{good}");
        }
        assert!(matches!(api("http://api.example.org/emails", SENDER), Err(MailApiError::Plain)));
        for bad in ["api.example.org", "ftp://api.example.org", "mailto:ann@example.org", ""] {
            assert!(matches!(api(bad, SENDER), Err(MailApiError::Address)), "{bad}");
        }
        assert!(matches!(api("https://api.example.org", "nobody"), Err(MailApiError::Sender)));
    }

    #[test]
    fn what_is_wrong_with_the_mail_is_not_tried_again() {
        let refused = |status| MailApiError::Refused { status, said: String::new() }.is_passing();
        assert!(refused(StatusCode::BAD_GATEWAY) && refused(StatusCode::TOO_MANY_REQUESTS));
        assert!(!refused(StatusCode::UNAUTHORIZED) && !refused(StatusCode::UNPROCESSABLE_ENTITY));
    }

    #[test]
    fn a_refusal_is_told_without_whom_the_mail_was_for() {
        assert_eq!(
            told(b"{\"message\":\n \"no mail to ann@example.org\"}", "ann@example.org"),
            "{\"message\": \"no mail to …\"}"
        );
        assert_eq!(told(b" \n", "ann@example.org"), "it gave no reason");
    }
}
