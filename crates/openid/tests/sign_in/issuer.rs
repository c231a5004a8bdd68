//! What does a provider do? A small one on loopback, that a test can make lie.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use edgecoder_openid::{Callback, Issuer, Provider, Settings};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinSet};
use url::{Url, form_urlencoded};

pub const CLIENT: &str = "edgecoder portal";
pub const SECRET: &str = "s3cret: of+us";
pub const REDIRECT: &str = "http://localhost:4310/sign-in/back";

pub enum Key {
    Rs256(rsa::KeyPair),
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Key {
    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn all() -> [Self; 3] {
        let rsa = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
        [Self::Rs256(rsa), Self::es256(), Self::EdDsa(Ed25519KeyPair::generate().unwrap())]
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Rs256(key) => {
                // RFC 8017, appendix A.1.1: two numbers, of 2048 and 17 bits.
                let der = key.public_key().as_ref();
                json!({ "kty": "RSA", "kid": id, "use": "sig", "n": base64(&der[9..265]), "e": base64(&der[267..270]) })
            }
            Self::Es256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "x": base64(x), "y": base64(y) })
            }
            Self::EdDsa(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": base64(key.public_key().as_ref()) })
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            Self::Es256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::EdDsa(key) => key.sign(message).as_ref().to_vec(),
        }
    }
}

pub fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token endpoint's answer is made of, for a test to change.
pub struct Draft {
    pub header: Value,
    pub claims: Value,
    pub key: Arc<Key>,
    /// Instead of the key's signature.
    pub signature: Option<Vec<u8>>,
    pub access_token: String,
}

type Change = Box<dyn Fn(&mut Draft) + Send>;
type Described = Box<dyn Fn(&mut Value) + Send>;

/// What the provider has, and the lies it was told to tell.
pub struct Inside {
    pub address: String,
    pub key: Arc<Key>,
    pub key_id: String,
    pub claims: Value,
    pub change: Change,
    pub describe: Described,
    pub published: Option<Value>,
    pub keys_fetched: usize,
    /// Nonce and challenge of the codes that were not used yet.
    codes: HashMap<String, (String, String)>,
}

#[derive(Clone)]
pub struct TestIssuer {
    pub inside: Arc<Mutex<Inside>>,
    _server: Arc<JoinSet<()>>,
}

impl TestIssuer {
    /// Starts one whose issuer ends in `path`.
    pub async fn start(key: Key, path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}{path}", listener.local_addr().unwrap());
        let inside = Arc::new(Mutex::new(Inside {
            address,
            key: Arc::new(key),
            key_id: "first".into(),
            claims: json!({ "sub": "ada", "email": "ada@code.example", "email_verified": true, "name": "Ada" }),
            change: Box::new(|_| ()),
            describe: Box::new(|_| ()),
            published: None,
            keys_fetched: 0,
            codes: HashMap::new(),
        }));
        let app = Router::new()
            .route(&format!("{path}/.well-known/openid-configuration"), get(description))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&inside));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { inside, _server: Arc::new(server) }
    }

    pub fn provider(&self) -> Provider {
        let issuer = Issuer::at(&self.inside.lock().unwrap().address).unwrap();
        let redirect_address = Url::parse(REDIRECT).unwrap();
        let client_secret = SECRET.to_owned().into();
        Provider::new(Settings { issuer, client_id: CLIENT.into(), client_secret, redirect_address }).unwrap()
    }

    /// What a token says is changed so from now on.
    pub fn change(&self, change: impl Fn(&mut Draft) + Send + 'static) {
        self.inside.lock().unwrap().change = Box::new(change);
    }

    /// The person goes to the address and agrees; what the browser comes back with.
    pub fn agree(&self, address: &Url) -> Callback {
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!((asked["redirect_uri"].as_str(), asked["code_challenge_method"].as_str()), (REDIRECT, "S256"));
        assert_eq!(asked["scope"], "openid email profile");
        let mut inside = self.inside.lock().unwrap();
        let code = format!("code-{}", inside.codes.len());
        inside.codes.insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
        callback(&json!({ "state": asked["state"], "code": code }))
    }
}

pub fn callback(query: &Value) -> Callback {
    serde_json::from_value(query.clone()).unwrap()
}

async fn description(State(inside): State<Arc<Mutex<Inside>>>) -> Response {
    let inside = inside.lock().unwrap();
    let root = Url::parse(&inside.address).unwrap().origin().ascii_serialization();
    let mut document = json!({
        "issuer": inside.address, "authorization_endpoint": format!("{root}/authorize?theme=dark"),
        "token_endpoint": format!("{root}/token"), "jwks_uri": format!("{root}/keys"),
        "id_token_signing_alg_values_supported": ["RS256", "none"],
    });
    (inside.describe)(&mut document);
    document.to_string().into_response()
}

async fn keys(State(inside): State<Arc<Mutex<Inside>>>) -> Response {
    let mut inside = inside.lock().unwrap();
    inside.keys_fetched += 1;
    let others = [json!({ "kty": "RSA", "kid": "sealing", "use": "enc", "n": "AQAB", "e": "AQAB" }), json!("odd")];
    let own = inside.key.jwk(&inside.key_id);
    let published = inside.published.clone();
    published.unwrap_or_else(|| json!({ "keys": [others[0], others[1], own] })).to_string().into_response()
}

async fn token(State(inside): State<Arc<Mutex<Inside>>>, headers: HeaderMap, body: Bytes) -> Response {
    let mut inside = inside.lock().unwrap();
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    if !is_client(&headers, &form) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let Some((nonce, challenge)) = inside.codes.remove(&form["code"]) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let verifier = digest(&SHA256, form["code_verifier"].as_bytes());
    if base64(verifier.as_ref()) != challenge || form["redirect_uri"] != REDIRECT {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    let (id_token, access_token) = inside.draft(&nonce);
    json!({ "id_token": id_token, "access_token": access_token, "token_type": "Bearer" }).to_string().into_response()
}

/// RFC 6749, section 2.3.1, both ways.
fn is_client(headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    let Some(header) = headers.get("authorization") else {
        return form.get("client_id").is_some_and(|id| id == CLIENT)
            && form.get("client_secret").is_some_and(|secret| secret == SECRET);
    };
    let pair = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
    STANDARD.decode(pair).unwrap() == b"edgecoder+portal:s3cret%3A+of%2Bus" && !form.contains_key("client_secret")
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, json!({ "error": error, "error_description": "<b>no</b>" }).to_string()).into_response()
}

impl Inside {
    fn draft(&self, nonce: &str) -> (String, String) {
        let mut draft = Draft {
            header: json!({ "alg": self.key.algorithm(), "kid": self.key_id, "typ": "JWT" }),
            claims: json!({
                "iss": self.address, "aud": CLIENT, "nonce": nonce,
                "iat": super::NOW_SECONDS, "exp": super::NOW_SECONDS + 3600,
            }),
            key: Arc::clone(&self.key),
            signature: None,
            access_token: "an access token".into(),
        };
        let more = self.claims.as_object().unwrap().clone();
        draft.claims.as_object_mut().unwrap().extend(more);
        (self.change)(&mut draft);
        let part = |json: &Value| base64(json.to_string().as_bytes());
        let signed = format!("{}.{}", part(&draft.header), part(&draft.claims));
        let signature = draft.signature.unwrap_or_else(|| draft.key.sign(signed.as_bytes()));
        (format!("{signed}.{}", base64(&signature)), draft.access_token)
    }
}
