//! Who dates the checkpoints of this ledger? Nobody, unless a setting names calendars or the service with the wallet.

use super::access::Tokens;
use anyhow::{Context, Result, bail, ensure};
use edgecoder_anchoring::calendar::{
    CalendarSettings, Calendars, DEFAULT_CALENDARS, DEFAULT_TRUSTED, TrustedCalendar, UnusableCalendar,
};
use edgecoder_coordinator::{AnchorServiceClient, AnchorSettings, Carrier};
use edgecoder_service_kit::settings::Settings;
use reqwest::Url;
use secrecy::SecretString;
use std::time::Duration;

/// The calendars of the stock client.
const PUBLIC: &str = "public";
/// One that forgets its promise is made up for by another.
const ENOUGH: usize = 2;
const DEFAULT_INTERVAL_SECONDS: u64 = 60 * 60;

/// How checkpoints are dated, if they are.
pub fn settings(settings: &Settings, tokens: &Tokens) -> Result<Option<AnchorSettings>> {
    let carrier = match (settings.text("ANCHOR_CALENDARS"), settings.text("ANCHOR_SERVICE_URL")) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => bail!("ANCHOR_CALENDARS and ANCHOR_SERVICE_URL are both set: choose one way"),
        (Some(named), None) => Carrier::Calendars(calendars(settings, &named)?),
        (None, Some(url)) => Carrier::Service(service(&url, tokens)?),
    };
    Ok(Some(AnchorSettings { carrier, every: every(settings)? }))
}

fn service(url: &str, tokens: &Tokens) -> Result<AnchorServiceClient> {
    let base = if url.ends_with('/') { url.to_owned() } else { format!("{url}/") };
    let base = base.parse().with_context(|| format!("ANCHOR_SERVICE_URL is {url:?}, expected an address"))?;
    AnchorServiceClient::new(base, SecretString::from(tokens.service.expose().to_owned()))
        .context("preparing to ask the anchor service")
}

fn calendars(settings: &Settings, named: &str) -> Result<Calendars> {
    let servers = servers(settings, named)?;
    let enough = ENOUGH.min(servers.len());
    let trusted: Result<Vec<TrustedCalendar>, UnusableCalendar> = DEFAULT_TRUSTED.iter().map(|it| it.parse()).collect();
    Calendars::new(CalendarSettings { servers, enough, trusted: trusted? }).context("ANCHOR_CALENDARS can not be used")
}

fn servers(settings: &Settings, named: &str) -> Result<Vec<Url>> {
    if named == PUBLIC {
        return DEFAULT_CALENDARS.iter().map(|it| it.parse().context("a calendar of the stock client")).collect();
    }
    Ok(settings.list("ANCHOR_CALENDARS", "addresses of calendars, or the word public")?)
}

/// The time between two anchors.
pub fn every(settings: &Settings) -> Result<Duration> {
    let seconds = settings.parsed("ANCHOR_INTERVAL_SECONDS", "a number of seconds")?;
    let seconds = seconds.unwrap_or(DEFAULT_INTERVAL_SECONDS);
    ensure!(seconds > 0, "ANCHOR_INTERVAL_SECONDS is 0: name the seconds between two anchors");
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_identity::{Token, TokenRole};
    use rand::{SeedableRng, rngs::StdRng};

    fn read<const N: usize>(flags: [(&str, &str); N]) -> Result<Option<AnchorSettings>> {
        let mut rng = StdRng::seed_from_u64(1);
        let (operator, service) =
            (Token::generate(TokenRole::Operator, &mut rng), Token::generate(TokenRole::Service, &mut rng));
        settings(&Settings::of_flags(flags), &Tokens { operator, operator_is_new: false, service })
    }

    #[test]
    fn nobody_is_asked_unless_a_setting_names_whom() {
        assert!(read([]).unwrap().is_none());
        assert!(read([("ANCHOR_INTERVAL_SECONDS", "60")]).unwrap().is_none());
        for named in [PUBLIC, "https://a.example,https://b.example", "http://127.0.0.1:1"] {
            let read = read([("ANCHOR_CALENDARS", named)]).unwrap().unwrap();
            assert!(read.every == Duration::from_hours(1) && matches!(read.carrier, Carrier::Calendars(_)), "{named}");
        }
        let read = read([("ANCHOR_SERVICE_URL", "http://127.0.0.1:1")]).unwrap().unwrap();
        assert!(matches!(read.carrier, Carrier::Service(_)));
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        let both = ("ANCHOR_SERVICE_URL", "http://127.0.0.1:1");
        for (name, value) in [("ANCHOR_CALENDARS", "calendar"), ("ANCHOR_INTERVAL_SECONDS", "0"), both] {
            let told = format!("{:#}", read([("ANCHOR_CALENDARS", PUBLIC), (name, value)]).unwrap_err());
            assert!(told.contains(name), "{told}");
        }
    }
}
