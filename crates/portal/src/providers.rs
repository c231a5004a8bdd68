//! Where else may people sign in? The providers that the operator set up, by the word that stands in their paths.

use edgecoder_events::AccountId;
use edgecoder_openid::{Issuer, Provider, ProviderError, Settings, SignIn};
use secrecy::SecretString;
use url::Url;

/// A provider, as the operator sets it up.
pub struct ProviderSettings {
    /// The word in our paths: `google`.
    pub word: &'static str,
    /// What people read on the button.
    pub title: String,
    pub issuer: Issuer,
    pub client_id: String,
    pub client_secret: SecretString,
}

/// Why a provider can not be used.
#[derive(Debug, thiserror::Error)]
pub enum ProviderSettingsError {
    #[error("providers send people back to PORTAL_PUBLIC_URL: set it to the address that people type")]
    NoWayBack,
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// A provider at which people sign in.
pub struct KnownProvider {
    pub word: &'static str,
    pub title: String,
    pub provider: Provider,
}

/// Somebody went to a provider.
pub struct Away {
    pub word: &'static str,
    pub sign_in: SignIn,
    pub why: Why,
}

/// What for.
pub enum Why {
    /// To log in, and then to be led there.
    LogIn { then: String },
    /// To sign in there from now on with an account that is theirs.
    Link(AccountId),
}

/// The providers of a portal at this address.
pub fn open(all: Vec<ProviderSettings>, public_url: &str) -> Result<Vec<KnownProvider>, ProviderSettingsError> {
    all.into_iter().map(|settings| known(settings, public_url)).collect()
}

fn known(settings: ProviderSettings, public_url: &str) -> Result<KnownProvider, ProviderSettingsError> {
    let ProviderSettings { word, title, issuer, client_id, client_secret } = settings;
    let back = format!("{public_url}/sign-in/{word}/callback");
    let redirect_address = Url::parse(&back).map_err(|_| ProviderSettingsError::NoWayBack)?;
    let provider = Provider::new(Settings { issuer, client_id, client_secret, redirect_address })?;
    Ok(KnownProvider { word, title, provider })
}
