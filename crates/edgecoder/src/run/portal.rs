//! The portal: where do its mails go, and where is it found?

use super::{
    banner::Endpoints,
    listen,
    node::Node,
    parts::{self, LedgerServices},
    providers,
};
use crate::answer;
use anyhow::{Context, Result, bail};
use edgecoder_events::{AgentId, MicroCredits};
use edgecoder_portal::{MailApi, MailWay, Portal, Smtp};
use edgecoder_service_kit::settings::Settings;
use std::sync::Arc;

/// What somebody who signs up gets in development, in whole credits.
const WELCOME_CREDITS: u64 = 1_000;

/// The portal of this process.
pub async fn open(
    settings: &Settings,
    node: &Node,
    services: &LedgerServices,
    endpoints: &Endpoints,
) -> Result<Portal> {
    let is_development = parts::is_development(settings)?;
    let listens_at = match &endpoints.portal {
        Some(url) => url.clone(),
        None => listen::configured_url(settings, listen::PORTAL)?,
    };
    let welcome_gift = is_development.then(|| MicroCredits::from_credits(WELCOME_CREDITS)).transpose()?;
    let [coordinator, who_rests, who_prepares] = std::array::from_fn(|_| services.coordinator.clone());
    Portal::open(edgecoder_portal::Settings {
        commands: node.commands.clone(),
        projections: Arc::clone(&node.projections),
        submissions: services.submissions.clone(),
        diaries: Arc::new(move |agent: &AgentId| coordinator.diary(agent)),
        resting: Arc::new(move |agent: &AgentId| who_rests.resting(agent)),
        in_preparation: Arc::new(move || who_prepares.in_preparation()),
        metrics: node.metrics.clone(),
        mail: mail(settings, is_development)?,
        providers: providers::read(settings)?,
        trusted_proxies: super::access::trusted_proxies(settings)?,
        public_url: settings.text("PORTAL_PUBLIC_URL").unwrap_or(listens_at),
        audit_url: settings.text("PORTAL_AUDIT_URL").or_else(|| endpoints.coordinator.clone()).unwrap_or_default(),
        welcome_gift,
    })
    .await
    .context("opening the portal")
}

fn mail(settings: &Settings, is_development: bool) -> Result<MailWay> {
    match (settings.text("PORTAL_SMTP_URL"), settings.text("MAIL_API_URL")) {
        (Some(_), Some(_)) => {
            bail!("PORTAL_SMTP_URL and MAIL_API_URL are both set, expected one: a mail is sent in one way")
        }
        (Some(url), None) => {
            let smtp = Smtp::new(&url, &sender(settings)?);
            Ok(MailWay::Smtp(Box::new(smtp.context("PORTAL_SMTP_URL and PORTAL_MAIL_FROM can not be used")?)))
        }
        (None, Some(url)) => {
            let token = settings.secret("MAIL_API_TOKEN").context(
                "MAIL_API_TOKEN is not set, expected what the mail API at MAIL_API_URL knows this portal by",
            )?;
            let api = MailApi::new(&url, token, &sender(settings)?);
            Ok(MailWay::Api(Box::new(api.context("MAIL_API_URL and PORTAL_MAIL_FROM can not be used")?)))
        }
        (None, None) if is_development => Ok(MailWay::Shown(Arc::new(|text| {
            if let Err(error) = answer::line(text) {
                tracing::warn!(%error, "a mail could not be shown");
            }
        }))),
        (None, None) => Ok(MailWay::Closed),
    }
}

fn sender(settings: &Settings) -> Result<String> {
    settings
        .text("PORTAL_MAIL_FROM")
        .context("PORTAL_MAIL_FROM is not set, expected who mails come from as EdgeCoder <edgecoder@example.org>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_shown_in_development_and_nobody_signs_up_elsewhere_without_a_server() {
        let none = Settings::of_flags([]);
        assert!(matches!(mail(&none, true), Ok(MailWay::Shown(_))));
        assert!(matches!(mail(&none, false), Ok(MailWay::Closed)));
    }

    #[test]
    fn a_mail_server_needs_a_sender() {
        let server = ("PORTAL_SMTP_URL", "smtps://user:secret@mail.example.org");
        let refused = mail(&Settings::of_flags([server]), false).err().unwrap();
        assert!(refused.to_string().contains("PORTAL_MAIL_FROM"), "{refused}");
        let sender = ("PORTAL_MAIL_FROM", "EdgeCoder <edgecoder@example.org>");
        assert!(matches!(mail(&Settings::of_flags([server, sender]), false), Ok(MailWay::Smtp(_))));
        let refused = mail(&Settings::of_flags([server, ("PORTAL_MAIL_FROM", "nobody")]), true).err().unwrap();
        assert!(!format!("{refused:#}").contains("secret"), "{refused:#}");
    }
    #[test]
    fn a_mail_api_needs_a_token_and_a_sender_and_no_mail_server_beside_it() {
        let url = ("MAIL_API_URL", "https://api.example.org/emails");
        let (token, sender) =
            (("MAIL_API_TOKEN", "a secret"), ("PORTAL_MAIL_FROM", "EdgeCoder <edgecoder@example.org>"));
        let server = ("PORTAL_SMTP_URL", "smtps://user:secret@mail.example.org");
        assert!(matches!(mail(&Settings::of_flags([url, token, sender]), false), Ok(MailWay::Api(_))));
        for (settings, named) in [
            (Settings::of_flags([url, sender]), "MAIL_API_TOKEN"),
            (Settings::of_flags([url, token]), "PORTAL_MAIL_FROM"),
            (Settings::of_flags([url, token, sender, server]), "both set"),
            (Settings::of_flags([("MAIL_API_URL", "http://api.example.org"), token, sender]), "MAIL_API_URL"),
        ] {
            let refused = format!("{:#}", mail(&settings, true).err().unwrap());
            assert!(refused.contains(named) && !refused.contains("secret"), "{refused}");
        }
    }
}
