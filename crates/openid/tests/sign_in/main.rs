//! Who gets in? A whole sign-in against a provider on loopback, and every lie that a provider, a stranger or the way
//! between them could tell.
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

mod issuer;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use edgecoder_events::{Clock, SteadyMillis, UnixMillis};
use edgecoder_openid::{
    Callback, Provider, ProviderError, SIGN_IN_MS, SignIn, SignInError, SignedIn, TokenRefusal, VerifiedEmail,
};
use issuer::{CLIENT, Draft, Key, TestIssuer, base64, callback};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const NOW_SECONDS: u64 = 1_800_000_000;
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

/// Stands still until it is moved. (The test kit's would bring the whole store into the build of this crate.)
#[derive(Default)]
struct StillClock(AtomicU64);

impl Clock for StillClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(NOW_SECONDS * 1000).plus_ms(self.0.load(Ordering::SeqCst))
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(self.0.load(Ordering::SeqCst))
    }
}

/// A provider, what we know of it, and the time.
struct Scene {
    issuer: TestIssuer,
    provider: Provider,
    clock: StillClock,
}

impl Scene {
    async fn with(key: Key, path: &str) -> Self {
        let issuer = TestIssuer::start(key, path).await;
        Self { provider: issuer.provider(), issuer, clock: StillClock::default() }
    }

    async fn new() -> Self {
        Self::with(Key::es256(), "").await
    }

    /// Goes there and agrees.
    async fn leave(&self, seed: u64) -> (SignIn, Callback) {
        let sign_in = SignIn::draw(&mut StdRng::seed_from_u64(seed), self.clock.now());
        let address = self.provider.address(&sign_in, &self.clock).await.unwrap();
        (sign_in, self.issuer.agree(&address))
    }

    async fn finish(&self, sign_in: SignIn, callback: &Callback) -> Result<SignedIn, SignInError> {
        self.provider.finish(sign_in, callback, &self.clock).await
    }

    async fn sign_in(&self) -> Result<SignedIn, SignInError> {
        let (sign_in, callback) = self.leave(1).await;
        self.finish(sign_in, &callback).await
    }

    /// What comes of a token that was changed so.
    async fn token_with(change: impl Fn(&mut Draft) + Send + 'static) -> Result<SignedIn, TokenRefusal> {
        let scene = Self::new().await;
        scene.issuer.change(change);
        match scene.sign_in().await {
            Ok(signed_in) => Ok(signed_in),
            Err(SignInError::Token(refusal)) => Err(refusal),
            Err(other) => panic!("refused before the token was looked at: {other}"),
        }
    }

    async fn claim(claim: &'static str, value: Value) -> Result<SignedIn, TokenRefusal> {
        Self::token_with(move |draft| draft.claims[claim] = value.clone()).await
    }

    async fn described(change: impl Fn(&mut Value) + Send + 'static) -> Result<SignedIn, SignInError> {
        let scene = Self::new().await;
        scene.issuer.inside.lock().unwrap().describe = Box::new(change);
        let sign_in = SignIn::draw(&mut StdRng::seed_from_u64(1), scene.clock.now());
        let address = scene.provider.address(&sign_in, &scene.clock).await?;
        let callback = scene.issuer.agree(&address);
        scene.finish(sign_in, &callback).await
    }
}

fn email_of(signed_in: &SignedIn) -> Option<&str> {
    signed_in.verified_email.as_ref().map(VerifiedEmail::as_str)
}

#[tokio::test]
async fn a_person_signs_in_whatever_the_provider_signs_with() {
    for key in Key::all() {
        let scene = Scene::with(key, "").await;
        let signed_in = scene.sign_in().await.unwrap();
        assert_eq!(email_of(&signed_in), Some("ada@code.example"));
        assert_eq!((signed_in.subject.as_str(), signed_in.name.as_deref()), ("ada", Some("Ada")));
        assert_eq!(signed_in.issuer, scene.issuer.inside.lock().unwrap().address);
    }
}

#[tokio::test]
async fn what_was_begun_survives_being_stored() {
    let scene = Scene::new().await;
    let (sign_in, callback) = scene.leave(1).await;
    let stored = serde_json::to_string(&sign_in).unwrap();
    assert!(scene.finish(serde_json::from_str(&stored).unwrap(), &callback).await.is_ok());
}

#[tokio::test]
async fn the_address_keeps_what_the_provider_wrote_into_it_and_adds_no_secret() {
    let scene = Scene::new().await;
    let sign_in = SignIn::draw(&mut StdRng::seed_from_u64(1), scene.clock.now());
    let stored: Value = serde_json::to_value(&sign_in).unwrap();
    let address = scene.provider.address(&sign_in, &scene.clock).await.unwrap();
    let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
    assert_eq!(asked["theme"], "dark");
    assert!(!address.as_str().contains(stored["verifier"].as_str().unwrap()));
}

#[tokio::test]
async fn the_secret_goes_into_the_body_where_the_header_is_not_taken() {
    let only = |document: &mut Value| document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    assert!(Scene::described(only).await.is_ok());
}

#[tokio::test]
async fn a_code_that_was_used_is_refused() {
    let scene = Scene::new().await;
    let (sign_in, callback) = scene.leave(1).await;
    assert!(scene.finish(sign_in.clone(), &callback).await.is_ok());
    let replayed = scene.finish(sign_in, &callback).await.unwrap_err();
    assert!(matches!(&replayed, SignInError::CodeRefused(code) if code == "invalid_grant"), "{replayed}");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let scene = Scene::new().await;
    let (victims, _) = scene.leave(1).await;
    let (_, attackers) = scene.leave(2).await;
    let refused = scene.finish(victims.clone(), &attackers).await.unwrap_err();
    assert!(matches!(refused, SignInError::OtherSignIn), "{refused}");
    let state = serde_json::to_value(&victims).unwrap()["state"].clone();
    let injected = callback(&json!({ "state": state, "code": "code-1" }));
    let refused = scene.finish(victims, &injected).await.unwrap_err();
    assert!(matches!(refused, SignInError::CodeRefused(_)), "PKCE binds the code to who began: {refused}");
}

#[tokio::test]
async fn an_answer_without_state_or_code_is_refused() {
    let scene = Scene::new().await;
    for query in [json!({}), json!({ "code": "code-0" }), json!({ "state": "" })] {
        let (sign_in, _) = scene.leave(1).await;
        let refused = scene.finish(sign_in, &callback(&query)).await.unwrap_err();
        assert!(matches!(refused, SignInError::OtherSignIn), "{refused}");
    }
}

#[tokio::test]
async fn who_declines_is_told_so_in_a_plain_word() {
    let scene = Scene::new().await;
    let (sign_in, _) = scene.leave(1).await;
    let state = serde_json::to_value(&sign_in).unwrap()["state"].clone();
    let declined = callback(&json!({ "state": state, "error": "access_denied<script>", "error_description": "<b>" }));
    let refused = scene.finish(sign_in, &declined).await.unwrap_err();
    assert!(matches!(&refused, SignInError::Declined(code) if code == "access_deniedscript"), "{refused}");
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_is_refused() {
    let scene = Scene::new().await;
    let (sign_in, callback) = scene.leave(1).await;
    scene.clock.0.store(SIGN_IN_MS + 1, Ordering::SeqCst);
    let refused = scene.finish(sign_in, &callback).await.unwrap_err();
    assert!(matches!(refused, SignInError::Expired), "{refused}");
}

#[tokio::test]
async fn an_answer_of_another_provider_goes_no_further() {
    let scene = Scene::new().await;
    let (sign_in, _) = scene.leave(1).await;
    let state = serde_json::to_value(&sign_in).unwrap()["state"].clone();
    let mixed_up = callback(&json!({ "state": state, "code": "code-0", "iss": "https://evil.example" }));
    let refused = scene.finish(sign_in.clone(), &mixed_up).await.unwrap_err();
    assert!(matches!(refused, SignInError::OtherProvider), "{refused}");
    let address = scene.issuer.inside.lock().unwrap().address.clone();
    let named = callback(&json!({ "state": state, "code": "code-0", "iss": address }));
    assert!(scene.finish(sign_in, &named).await.is_ok(), "the code was not sent anywhere before");
}

#[tokio::test]
async fn a_provider_that_says_it_names_itself_has_to() {
    let naming = |document: &mut Value| document["authorization_response_iss_parameter_supported"] = json!(true);
    let refused = Scene::described(naming).await.unwrap_err();
    assert!(matches!(refused, SignInError::OtherProvider), "{refused}");
}

#[tokio::test]
async fn a_token_of_another_sign_in_is_refused() {
    assert_eq!(Scene::claim("nonce", json!("another")).await, Err(TokenRefusal::OtherSignIn));
    assert_eq!(Scene::claim("nonce", Value::Null).await, Err(TokenRefusal::OtherSignIn));
}

#[tokio::test]
async fn a_token_for_another_application_is_refused() {
    assert_eq!(Scene::claim("aud", json!("another")).await, Err(TokenRefusal::OtherAudience));
    assert_eq!(Scene::claim("aud", json!([])).await, Err(TokenRefusal::OtherAudience));
    assert_eq!(Scene::claim("azp", json!("another")).await, Err(TokenRefusal::OtherAudience));
    assert_eq!(Scene::claim("aud", json!([CLIENT, "another"])).await, Err(TokenRefusal::OtherAudience));
    let given_to_us = |draft: &mut Draft| {
        draft.claims["aud"] = json!([CLIENT, "another"]);
        draft.claims["azp"] = json!(CLIENT);
    };
    assert!(Scene::token_with(given_to_us).await.is_ok());
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    assert_eq!(Scene::claim("iss", json!("https://accounts.google.com")).await, Err(TokenRefusal::OtherIssuer));
}

#[tokio::test]
async fn a_token_counts_only_in_its_time() {
    let now = NOW_SECONDS;
    assert_eq!(Scene::claim("exp", json!(now - 60)).await, Err(TokenRefusal::Expired));
    assert!(Scene::claim("exp", json!(now - 59)).await.is_ok(), "clocks may differ a little");
    assert_eq!(Scene::claim("iat", json!(now + 61)).await, Err(TokenRefusal::NotYet));
    assert_eq!(Scene::claim("iat", json!(now - 601)).await, Err(TokenRefusal::Expired));
    assert_eq!(Scene::claim("exp", json!("soon")).await, Err(TokenRefusal::Unreadable));
    assert_eq!(Scene::claim("exp", Value::Null).await, Err(TokenRefusal::Unreadable));
}

#[tokio::test]
async fn a_token_names_a_person() {
    assert_eq!(Scene::claim("sub", json!("")).await, Err(TokenRefusal::Unreadable));
    assert_eq!(Scene::claim("sub", json!("x".repeat(256))).await, Err(TokenRefusal::Unreadable));
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    for name in ["none", "None", "nOnE", ""] {
        let unsigned = move |draft: &mut Draft| {
            draft.header["alg"] = json!(name);
            draft.signature = Some(Vec::new());
        };
        assert_eq!(Scene::token_with(unsigned).await, Err(TokenRefusal::OtherAlgorithm), "{name}");
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let hs256 = |draft: &mut Draft| draft.header["alg"] = json!("HS256");
    assert_eq!(Scene::token_with(hs256).await, Err(TokenRefusal::OtherAlgorithm));
}

#[tokio::test]
async fn a_key_signs_in_its_own_way_only() {
    for other in ["RS256", "EdDSA"] {
        let confused = move |draft: &mut Draft| draft.header["alg"] = json!(other);
        assert_eq!(Scene::token_with(confused).await, Err(TokenRefusal::BadSignature), "{other}");
    }
}

#[tokio::test]
async fn a_forged_signature_is_refused() {
    let forged = |draft: &mut Draft| draft.key = Arc::new(Key::es256());
    assert_eq!(Scene::token_with(forged).await, Err(TokenRefusal::BadSignature));
    let emptied = |draft: &mut Draft| draft.signature = Some(Vec::new());
    assert_eq!(Scene::token_with(emptied).await, Err(TokenRefusal::BadSignature));
    let key_inside = |draft: &mut Draft| {
        draft.header["jwk"] = json!({ "kty": "EC" });
        draft.key = Arc::new(Key::es256());
    };
    assert_eq!(Scene::token_with(key_inside).await, Err(TokenRefusal::BadSignature));
    let unnamed = |draft: &mut Draft| draft.header["kid"] = Value::Null;
    assert!(Scene::token_with(unnamed).await.is_ok(), "a token need not name its key");
}

#[tokio::test]
async fn what_has_to_be_understood_is_refused() {
    let critical = |draft: &mut Draft| draft.header["crit"] = json!(["b64"]);
    assert_eq!(Scene::token_with(critical).await, Err(TokenRefusal::Unreadable));
}

#[tokio::test]
async fn an_access_token_from_elsewhere_is_noticed() {
    let half = |hash: &[u8]| base64(&hash[..hash.len() / 2]);
    let right = half(digest(&SHA256, b"an access token").as_ref());
    assert!(Scene::claim("at_hash", json!(right)).await.is_ok());
    let swapped = move |draft: &mut Draft| {
        draft.claims["at_hash"] = json!(right.clone());
        draft.access_token = "another".into();
    };
    assert_eq!(Scene::token_with(swapped).await, Err(TokenRefusal::OtherAccessToken));
    let [.., ed25519] = Key::all();
    let scene = Scene::with(ed25519, "").await;
    let longer = half(digest(&SHA512, b"an access token").as_ref());
    scene.issuer.change(move |draft| draft.claims["at_hash"] = json!(longer.clone()));
    assert!(scene.sign_in().await.is_ok());
}

#[tokio::test]
async fn only_a_verified_address_is_given() {
    let given = async |claim, value: Value| email_of(&Scene::claim(claim, value).await.unwrap()).is_some();
    for verified in [json!(true), json!("true"), json!(1)] {
        assert!(given("email_verified", verified).await);
    }
    for unverified in [json!(false), json!("false"), json!(0), json!([true]), Value::Null] {
        assert!(!given("email_verified", unverified.clone()).await, "{unverified}");
    }
    for odd in [json!("ada"), json!("@code.example"), json!("ada@code.example\nBcc: all"), Value::Null] {
        assert!(!given("email", odd.clone()).await, "{odd}");
    }
}

/// An issuer of many tenants that signs in somebody of one.
async fn microsoft(change: impl Fn(&mut Draft) + Send + 'static) -> Result<SignedIn, SignInError> {
    let scene = Scene::with(Key::es256(), "/organizations/v2.0").await;
    let template = scene.issuer.inside.lock().unwrap().address.replace("organizations", "{tenantid}");
    let own = template.replace("{tenantid}", TENANT);
    scene.issuer.inside.lock().unwrap().describe = Box::new(move |document| document["issuer"] = json!(template));
    scene.issuer.change(move |draft| {
        draft.claims["iss"] = json!(own);
        draft.claims["tid"] = json!(TENANT);
        change(draft);
    });
    scene.sign_in().await
}

#[tokio::test]
async fn of_many_tenants_the_token_names_its_own() {
    let signed_in = microsoft(|_| ()).await.unwrap();
    assert!(signed_in.issuer.contains(TENANT), "{}", signed_in.issuer);
    let refused = |result: Result<SignedIn, SignInError>| match result.unwrap_err() {
        SignInError::Token(refusal) => refusal,
        other => panic!("{other}"),
    };
    let other_tenant = |draft: &mut Draft| draft.claims["tid"] = json!("9188040d-6c67-4c5b-b112-36a304b66dad");
    assert_eq!(refused(microsoft(other_tenant).await), TokenRefusal::OtherIssuer);
    let no_tenant = |draft: &mut Draft| draft.claims["tid"] = Value::Null;
    assert_eq!(refused(microsoft(no_tenant).await), TokenRefusal::OtherIssuer);
}

#[tokio::test]
async fn of_many_tenants_only_microsofts_word_verifies_an_address() {
    let email = async |change: fn(&mut Draft)| microsoft(change).await.unwrap().verified_email.is_some();
    assert!(!email(|draft| draft.claims["email_verified"] = json!(true)).await);
    assert!(email(|draft| draft.claims["xms_edov"] = json!(true)).await);
    assert!(email(|draft| draft.claims["xms_edov"] = json!("1")).await);
    assert!(!email(|draft| draft.claims["xms_edov"] = json!(false)).await);
}

#[tokio::test]
async fn a_key_of_one_tenant_signs_for_no_other() {
    let scene = Scene::new().await;
    let mut keys = published(&scene).await;
    keys["keys"][2]["issuer"] = json!("https://another.example");
    scene.issuer.inside.lock().unwrap().published = Some(keys);
    let refused = scene.sign_in().await.unwrap_err();
    assert!(matches!(refused, SignInError::Token(TokenRefusal::OtherIssuer)), "{refused}");
}

/// What the provider publishes of its keys.
async fn published(scene: &Scene) -> Value {
    let address = scene.issuer.inside.lock().unwrap().address.clone();
    let client = edgecoder_outbound::direct().build().unwrap();
    client.get(format!("{address}/keys")).send().await.unwrap().json().await.unwrap()
}

fn rotate(scene: &Scene, id: &str) {
    let mut inside = scene.issuer.inside.lock().unwrap();
    inside.key = Arc::new(Key::es256());
    inside.key_id = id.into();
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_not_often() {
    let scene = Scene::new().await;
    let fetched = || scene.issuer.inside.lock().unwrap().keys_fetched;
    for _ in 0..3 {
        assert!(scene.sign_in().await.is_ok());
    }
    assert_eq!(fetched(), 1);

    rotate(&scene, "second");
    let early = scene.sign_in().await.unwrap_err();
    assert!(matches!(early, SignInError::Token(TokenRefusal::UnknownKey)), "{early}");
    assert_eq!(fetched(), 1, "they were fetched a moment ago");

    scene.clock.0.store(60_000, Ordering::SeqCst);
    assert!(scene.sign_in().await.is_ok());
    assert_eq!(fetched(), 2);
}

#[tokio::test]
async fn a_key_that_the_provider_took_away_is_not_believed_for_long() {
    let scene = Scene::new().await;
    assert!(scene.sign_in().await.is_ok());
    let stolen = Arc::clone(&scene.issuer.inside.lock().unwrap().key);
    rotate(&scene, "second");
    scene.issuer.change(move |draft| {
        draft.header["kid"] = json!("first");
        draft.key = Arc::clone(&stolen);
        draft.claims["iat"] = json!(NOW_SECONDS + 3600);
    });
    scene.clock.0.store(60 * 60 * 1000, Ordering::SeqCst);
    let refused = scene.sign_in().await.unwrap_err();
    assert!(matches!(refused, SignInError::Token(TokenRefusal::UnknownKey)), "{refused}");
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_is_refused() {
    let other = Scene::described(|document| document["issuer"] = json!("https://accounts.google.com")).await;
    let refused = other.unwrap_err();
    assert!(matches!(&refused, SignInError::Provider(ProviderError::OtherIssuer { .. })), "{refused}");
}

#[tokio::test]
async fn documents_without_end_are_not_read_to_their_end() {
    let long = "x".repeat(256 * 1024);
    let described = long.clone();
    let refused = Scene::described(move |document| document["more"] = json!(described)).await.unwrap_err();
    assert!(matches!(refused, SignInError::Provider(ProviderError::TooLong { what: "description" })), "{refused}");
    let scene = Scene::new().await;
    scene.issuer.inside.lock().unwrap().published = Some(json!({ "keys": [], "more": long.clone() }));
    let refused = scene.sign_in().await.unwrap_err();
    assert!(matches!(refused, SignInError::Provider(ProviderError::TooLong { what: "keys" })), "{refused}");
    let scene = Scene::new().await;
    scene.issuer.change(move |draft| draft.access_token = long.clone());
    let refused = scene.sign_in().await.unwrap_err();
    assert!(matches!(refused, SignInError::Provider(ProviderError::TooLong { .. })), "{refused}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_named_as_the_trouble() {
    let scene = Scene::new().await;
    let TestIssuer { inside, .. } = scene.issuer.clone();
    inside.lock().unwrap().describe = Box::new(|document| document["jwks_uri"] = json!("http://127.0.0.1:1/keys"));
    let refused = scene.sign_in().await.unwrap_err();
    assert!(matches!(refused, SignInError::Provider(ProviderError::Unreachable { what: "keys", .. })), "{refused}");
}
