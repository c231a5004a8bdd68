//! What does a provider do? A small one on loopback that vouches for whomever a test names. What a provider could lie about
//! in a token is tried in the tests of the crate that reads it.

use crate::fixture::NOON;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use edgecoder_openid::Issuer;
use edgecoder_portal::ProviderSettings;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinSet};
use url::{Url, form_urlencoded};

const CLIENT: &str = "edgecoder";

struct Inside {
    address: String,
    key: EcdsaKeyPair,
    /// The nonces of the codes that were not used yet, and who agreed.
    codes: Mutex<HashMap<String, (String, Value)>>,
}

pub struct TestIssuer {
    inside: Arc<Inside>,
    _server: JoinSet<()>,
}

impl TestIssuer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let inside = Arc::new(Inside { address, key, codes: Mutex::default() });
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&inside));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { inside, _server: server }
    }

    /// How a portal knows it.
    pub fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            word: "openid",
            title: "Example".to_owned(),
            issuer: Issuer::at(&self.inside.address).unwrap(),
            client_id: CLIENT.to_owned(),
            client_secret: "a secret of the test".to_owned().into(),
        }
    }

    /// Somebody with these claims goes to the address and agrees; where the browser is sent back to.
    pub fn agree(&self, address: &str, claims: &Value) -> String {
        let address = Url::parse(address).unwrap();
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        let mut codes = self.inside.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), (asked["nonce"].clone(), claims.clone()));
        let back = Url::parse(&asked["redirect_uri"]).unwrap();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("state", &asked["state"])
            .append_pair("code", &code)
            .finish();
        format!("{}?{query}", back.path())
    }
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn description(State(inside): State<Arc<Inside>>) -> String {
    let address = &inside.address;
    json!({
        "issuer": address, "authorization_endpoint": format!("{address}/authorize"),
        "token_endpoint": format!("{address}/token"), "jwks_uri": format!("{address}/keys"),
    })
    .to_string()
}

async fn keys(State(inside): State<Arc<Inside>>) -> String {
    let (x, y) = inside.key.public_key().as_ref()[1..].split_at(32);
    let key = json!({ "kty": "EC", "crv": "P-256", "kid": "first", "use": "sig", "x": base64(x), "y": base64(y) });
    json!({ "keys": [key] }).to_string()
}

async fn token(State(inside): State<Arc<Inside>>, body: Bytes) -> (StatusCode, String) {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let Some((nonce, who)) = inside.codes.lock().unwrap().remove(&form["code"]) else {
        return (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }).to_string());
    };
    let now = NOON.0 / 1_000;
    let mut claims = json!({ "iss": inside.address, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 3_600 });
    claims.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
    let part = |json: &Value| base64(json.to_string().as_bytes());
    let signed = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": "first" })), part(&claims));
    let signature = inside.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    let id_token = format!("{signed}.{}", base64(signature.as_ref()));
    (StatusCode::OK, json!({ "id_token": id_token, "token_type": "Bearer" }).to_string())
}
