//! How does a person sign in at a provider? The way there, the way back, and the code in exchange for a token.

use crate::{
    discovery::Description,
    documents::Documents,
    email::VerifiedEmail,
    issuer::{Issuer, IssuerName},
    sign_in::{Callback, SignIn, SignInError, SignedIn, error_code},
    token::{Expected, Token},
    web::{self, ProviderError},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use edgecoder_events::Clock;
use reqwest::{
    RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Url, form_urlencoded};

/// The longest code that is carried: the longest known take 2 KiB.
const MAX_CODE_BYTES: usize = 8 * 1024;

const MAX_NAME_CHARS: usize = 100;

/// What a provider knows us by.
#[derive(Debug, Clone)]
pub struct Settings {
    pub issuer: Issuer,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Where the provider sends people back to, as it is registered there.
    pub redirect_address: Url,
}

/// One provider, and what it published.
#[derive(Debug)]
pub struct Provider {
    settings: Settings,
    documents: Documents,
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Provider {
    /// A provider that was not asked yet.
    pub fn new(settings: Settings) -> Result<Self, ProviderError> {
        let documents = Documents::new(settings.issuer.clone())?;
        Ok(Self { settings, documents })
    }

    /// Where the person goes to sign in (OpenID Connect Core, section 3.1.2.1).
    pub async fn address(&self, sign_in: &SignIn, clock: &dyn Clock) -> Result<Url, ProviderError> {
        let description = self.documents.description(clock).await?;
        let mut address = description.authorization.clone();
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email profile")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", self.settings.redirect_address.as_str())
            .append_pair("state", &sign_in.state)
            .append_pair("nonce", &sign_in.nonce)
            .append_pair("code_challenge", &sign_in.code_challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(address)
    }

    /// Who came back.
    pub async fn finish(
        &self,
        sign_in: SignIn,
        callback: &Callback,
        clock: &dyn Clock,
    ) -> Result<SignedIn, SignInError> {
        if callback.state.as_deref() != Some(sign_in.state.as_str()) {
            return Err(SignInError::OtherSignIn);
        }
        if clock.now() > sign_in.expires_at {
            return Err(SignInError::Expired);
        }
        let description = self.documents.description(clock).await?;
        check_answerer(callback, &description)?;
        if let Some(error) = &callback.error {
            return Err(SignInError::Declined(error_code(error)));
        }
        let code = callback.code.as_deref().filter(|code| code.len() <= MAX_CODE_BYTES);
        let tokens = self.exchange(code.ok_or(SignInError::OtherSignIn)?, &sign_in, &description).await?;
        let token = Token::parse(&tokens.id_token)?;
        let keys = self.documents.keys_for(token.key_id(), &description, clock).await?;
        let expected = Expected {
            issuer: &description.name,
            client_id: &self.settings.client_id,
            nonce: &sign_in.nonce,
            access_token: tokens.access_token.as_deref(),
            now: clock.now(),
        };
        let claims = token.verify(&keys, &expected)?;
        Ok(SignedIn {
            verified_email: VerifiedEmail::of(&claims, &description.name),
            issuer: claims.iss,
            subject: claims.sub,
            name: claims.name.filter(|name| name.chars().count() <= MAX_NAME_CHARS),
        })
    }

    /// Section 3.1.3: the code, and that it is we who have it, for the tokens.
    async fn exchange(&self, code: &str, sign_in: &SignIn, description: &Description) -> Result<Tokens, SignInError> {
        const WHAT: &str = "answer to the code";
        let request = self.token_request(code, sign_in, description);
        let (status, body) = web::answer(request, WHAT).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable { what: WHAT }.into());
        }
        match serde_json::from_slice::<Refusal>(&body) {
            Ok(refusal) if status.is_client_error() => Err(SignInError::CodeRefused(error_code(&refusal.error))),
            Ok(_) | Err(_) => Err(ProviderError::Refused { what: WHAT, status: status.as_u16() }.into()),
        }
    }

    /// Apart from the wait for its answer: what writes a form stays on its thread.
    fn token_request(&self, code: &str, sign_in: &SignIn, description: &Description) -> RequestBuilder {
        let (id, secret) = (&self.settings.client_id, self.settings.client_secret.expose_secret());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", self.settings.redirect_address.as_str())
            .append_pair("code_verifier", &sign_in.verifier);
        let mut request = self.documents.client.post(description.token.clone());
        if description.secret_in_body {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
        } else {
            request = request.header(AUTHORIZATION, basic(id, secret));
        }
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.finish())
    }
}

/// RFC 9207: an answer of a provider that was not asked is refused before its code goes anywhere. Of an issuer of many
/// tenants the token tells which one answered.
fn check_answerer(callback: &Callback, description: &Description) -> Result<(), SignInError> {
    let IssuerName::One(name) = &description.name else { return Ok(()) };
    let ours = match &callback.iss {
        Some(answerer) => answerer == name,
        None => !description.answers_name_issuer,
    };
    if ours { Ok(()) } else { Err(SignInError::OtherProvider) }
}

/// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}
