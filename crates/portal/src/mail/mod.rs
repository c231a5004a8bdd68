//! How does a mail leave the house? Later than the answer to whoever asked for it, so that no answer tells whether one did.

mod api;
mod smtp;
pub mod written;

pub use api::{MailApi, MailApiError};
pub use smtp::{Smtp, SmtpError};

use edgecoder_service_kit::chance;
use rand::Rng;
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// As many mails wait to be sent; what comes then is not sent, and can be asked for again.
const MAX_WAITING: usize = 256;
const MAX_TRIES: u32 = 4;
/// Before the second try; doubled before each one after it.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const KEY_BYTES: usize = 16;

/// A mail to one person.
#[derive(Clone)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// Where mails go.
#[derive(Clone)]
pub enum MailWay {
    /// Nowhere: nobody can sign up.
    Closed,
    /// They are shown to whoever runs the program: in development.
    Shown(Arc<dyn Fn(&str) + Send + Sync>),
    Smtp(Box<Smtp>),
    Api(Box<MailApi>),
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    #[error(transparent)]
    Api(#[from] MailApiError),
}

impl SendError {
    /// Whether it may go well later. A mail server that says no to a stranger today (greylisting) says yes in a minute.
    fn is_passing(&self) -> bool {
        match self {
            Self::Smtp(_) => true,
            Self::Api(error) => error.is_passing(),
        }
    }
}

/// Takes mails in. Cheap to clone.
#[derive(Clone)]
pub struct Mailbox {
    is_open: bool,
    waiting: mpsc::Sender<Mail>,
}

/// Sends what was taken in.
pub struct Postman {
    way: MailWay,
    waiting: mpsc::Receiver<Mail>,
}

/// A mailbox, and who empties it.
pub fn open(way: MailWay) -> (Mailbox, Postman) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING);
    let is_open = !matches!(way, MailWay::Closed);
    (Mailbox { is_open, waiting: sender }, Postman { way, waiting: receiver })
}

impl Mailbox {
    /// Whether mails go anywhere.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Takes a mail in; it is sent later, or not.
    pub fn post(&self, mail: Mail) {
        if self.waiting.try_send(mail).is_err() {
            tracing::error!("a mail was not sent: too many wait");
        }
    }
}

impl Postman {
    /// Sends until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let mail = tokio::select! {
                () = stop.cancelled() => return,
                mail = self.waiting.recv() => mail,
            };
            let Some(mail) = mail else { return };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.way.send(&mail) => {}
            }
        }
    }
}

impl MailWay {
    async fn send(&self, mail: &Mail) {
        let (key, mut pause) = (mail_key(), FIRST_PAUSE);
        for tried in 1..=MAX_TRIES {
            let Err(error) = self.try_once(mail, &key).await else { return };
            tracing::warn!(%error, tried, "a mail was not sent");
            if !error.is_passing() {
                break;
            }
            if tried < MAX_TRIES {
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
        }
        tracing::error!("a mail was given up: see the warnings above and PORTAL_SMTP_URL or MAIL_API_URL");
    }

    async fn try_once(&self, mail: &Mail, key: &str) -> Result<(), SendError> {
        match self {
            Self::Closed => {}
            Self::Shown(show) => {
                let Mail { to, subject, text } = mail;
                show(&format!("\nA mail to {to}: {subject}\n\n{text}\n"));
            }
            Self::Smtp(smtp) => smtp.send(mail).await?,
            Self::Api(api) => api.send(mail, key).await?,
        }
        Ok(())
    }
}

/// What tells one mail from the next, however often each is tried.
fn mail_key() -> String {
    let mut key = [0; KEY_BYTES];
    chance::system().fill_bytes(&mut key);
    hex::encode(key)
}
