//! Where may people of the portal sign in, too? At Google, at Microsoft, at a provider of the operator's own.

use anyhow::{Context, Result};
use edgecoder_openid::Issuer;
use edgecoder_portal::ProviderSettings;
use edgecoder_service_kit::settings::Settings;

/// How the settings of one provider begin, and what is known of it without them.
struct Known {
    prefix: &'static str,
    word: &'static str,
    title: &'static str,
    issuer: &'static str,
}

const KNOWN: [Known; 2] = [
    Known { prefix: "PORTAL_GOOGLE", word: "google", title: "Google", issuer: Issuer::GOOGLE },
    Known { prefix: "PORTAL_MICROSOFT", word: "microsoft", title: "Microsoft", issuer: Issuer::MICROSOFT },
];

/// The providers that are set up.
pub fn read(settings: &Settings) -> Result<Vec<ProviderSettings>> {
    let mut all = Vec::new();
    for known in KNOWN {
        all.extend(provider(settings, known.prefix, known.word, known.title.to_owned(), known.issuer)?);
    }
    if let Some(issuer) = settings.text("PORTAL_OPENID_ISSUER") {
        let title = settings.text("PORTAL_OPENID_TITLE").unwrap_or_else(|| host_of(&issuer).to_owned());
        let own = provider(settings, "PORTAL_OPENID", "openid", title, &issuer)?;
        all.push(own.context("PORTAL_OPENID_CLIENT_ID is not set, expected what the provider knows this portal by")?);
    }
    Ok(all)
}

fn provider(
    settings: &Settings,
    prefix: &str,
    word: &'static str,
    title: String,
    issuer: &str,
) -> Result<Option<ProviderSettings>> {
    let Some(client_id) = settings.text(&format!("{prefix}_CLIENT_ID")) else { return Ok(None) };
    let name = format!("{prefix}_CLIENT_SECRET");
    let client_secret =
        settings.secret(&name).with_context(|| format!("{name} is not set, expected the secret of {client_id}"))?;
    let issuer = Issuer::at(issuer).context("PORTAL_OPENID_ISSUER can not be used")?;
    Ok(Some(ProviderSettings { word, title, issuer, client_id, client_secret }))
}

/// What people read where nothing else was set.
fn host_of(issuer: &str) -> &str {
    let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles<const N: usize>(flags: [(&str, &str); N]) -> Result<Vec<String>> {
        Ok(read(&Settings::of_flags(flags))?.into_iter().map(|it| it.title).collect())
    }

    #[test]
    fn only_what_is_set_up_is_offered() {
        assert!(titles([]).unwrap().is_empty());
        let google = [("PORTAL_GOOGLE_CLIENT_ID", "us"), ("PORTAL_GOOGLE_CLIENT_SECRET", "x")];
        assert_eq!(titles(google).unwrap(), ["Google"]);
        let own = [
            ("PORTAL_OPENID_ISSUER", "https://id.example/realm"),
            ("PORTAL_OPENID_CLIENT_ID", "us"),
            ("PORTAL_OPENID_CLIENT_SECRET", "x"),
        ];
        assert_eq!(titles(own).unwrap(), ["id.example"]);
    }

    #[test]
    fn what_is_missing_is_named_and_no_secret_told() {
        let refused = titles([("PORTAL_MICROSOFT_CLIENT_ID", "us")]).unwrap_err();
        assert!(refused.to_string().contains("PORTAL_MICROSOFT_CLIENT_SECRET"), "{refused}");
        let refused = titles([("PORTAL_OPENID_ISSUER", "https://id.example")]).unwrap_err();
        assert!(refused.to_string().contains("PORTAL_OPENID_CLIENT_ID"), "{refused}");
        let plain = [
            ("PORTAL_OPENID_ISSUER", "http://id.example"),
            ("PORTAL_OPENID_CLIENT_ID", "us"),
            ("PORTAL_OPENID_CLIENT_SECRET", "hush"),
        ];
        let refused = format!("{:#}", titles(plain).unwrap_err());
        assert!(refused.contains("must be https") && !refused.contains("hush"), "{refused}");
    }
}
