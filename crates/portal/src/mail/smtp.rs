//! Which server takes our mails?

use super::Mail;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// Sends by SMTP. Cheap to clone.
#[derive(Clone)]
pub struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail can not be sent.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    #[error("expected the address of a mail server as smtps://user:password@mail.example.org")]
    Server,
    #[error("expected a sender as EdgeCoder <edgecoder@example.org>")]
    Sender,
    #[error("the mail could not be written: {0}")]
    Message(#[from] lettre::error::Error),
    #[error("the mail server did not take it: {0}")]
    Refused(#[from] lettre::transport::smtp::Error),
    #[error("no mail can go to this address")]
    Recipient,
}

impl Smtp {
    /// Sends by the server at `url` (`smtps://…`, or `smtp://…?tls=required`), in the name of `from`.
    ///
    /// # Errors
    /// Where one of them is not what it should be.
    pub fn new(url: &str, from: &str) -> Result<Self, SmtpError> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| SmtpError::Server)?;
        let from = from.parse().map_err(|_| SmtpError::Sender)?;
        Ok(Self { server: server.timeout(Some(PATIENCE)).build(), from })
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// Where the server did not take it.
    pub async fn send(&self, mail: &Mail) -> Result<(), SmtpError> {
        let to = Mailbox::new(None, mail.to.parse().map_err(|_| SmtpError::Recipient)?);
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())?;
        self.server.send(message).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_or_a_sender_that_is_none_is_refused_at_the_start() {
        let good = "EdgeCoder <edgecoder@example.org>";
        assert!(Smtp::new("smtps://user:secret@mail.example.org", good).is_ok());
        assert!(matches!(Smtp::new("mail.example.org", good), Err(SmtpError::Server)));
        assert!(matches!(Smtp::new("smtps://mail.example.org", "nobody"), Err(SmtpError::Sender)));
    }
}
