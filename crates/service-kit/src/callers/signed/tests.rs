use super::*;
use crate::callers::{AccessSettings, AgentKeys, TokenBook};
use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    http::{StatusCode, request::Builder},
    routing::{MethodRouter, post},
};
use edgecoder_events::{Clock, SteadyMillis, UnixMillis, agent::SandboxMode, node::AgentMode, task::Language};
use edgecoder_identity::{
    NodeKeys, NonceFile, Token, TokenRole,
    request::{Content, sign_request},
};
use edgecoder_ledger::note::LogKey;
use edgecoder_store::{Backend, Limits, Store, StoreSettings};
use rand::{SeedableRng, rngs::StdRng};
use std::{convert::Infallible, sync::Arc};
use tempfile::TempDir;
use tower::ServiceExt;

const ORIGIN: &str = "example.org/service-kit";
const KNOWN: &str = "ann";
const LONG: usize = 3 * 1024 * 1024;

struct Noon;

/// A clock that is five minutes behind.
struct Behind;

impl Clock for Behind {
    fn now(&self) -> UnixMillis {
        UnixMillis(Noon.now().0 - 300_000)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis::default()
    }
}

impl Clock for Noon {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis::default()
    }
}

/// One machine is registered and may work.
struct Directory(PublicKey);

impl AgentKeys for Directory {
    fn signing_key(&self, agent: &AgentId) -> Option<PublicKey> {
        (agent.as_str() == KNOWN).then_some(self.0)
    }

    fn may_work(&self, agent: &AgentId) -> bool {
        agent.as_str() == KNOWN
    }
}

/// Two signed routes, and the file with the nonces that they remember.
struct Service {
    router: Router,
    dir: TempDir,
    chance: StdRng,
}

impl Service {
    /// Registered is the machine with the keys of [`keys`]; `of_bob` admits `bob`.
    async fn begin(of_bob: &Token) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(StoreSettings {
            backend: Backend::Memory,
            origin: ORIGIN.to_owned(),
            log_key: LogKey::from_seed(ORIGIN, &[7; 32]).unwrap(),
            clock: Arc::new(Noon),
            rng: Box::new(StdRng::seed_from_u64(1)),
            checkpoint_file: None,
            limits: Limits::default(),
        });
        let book = TokenBook::new(store.await.unwrap().secrets());
        book.give_to_node(&"bob".parse().unwrap(), of_bob).await.unwrap();
        let settings = AccessSettings {
            operator: token(TokenRole::Operator).hash(),
            service: token(TokenRole::Service).hash(),
            operator_networks: vec![],
            trusted_proxies: vec![],
        };
        let nonces = NonceFile::open(dir.path().join("nonces"), Noon.now()).unwrap();
        let directory = Arc::new(Directory(keys(1).signing_key()));
        let access = Access::new(settings, book, directory, nonces, Arc::new(Noon));
        let long: MethodRouter<Access, Infallible> = post(async |signed: Signed<Pull>| signed.agent.to_string());
        let router = Router::new()
            .route("/register", post(async |signed: SignedRegistration<Register>| signed.agent.to_string()))
            .route("/pull", post(async |signed: Signed<Pull>| signed.agent.to_string()))
            .route("/long", long.layer(DefaultBodyLimit::max(LONG)))
            .with_state(access);
        Self { router, dir, chance: StdRng::seed_from_u64(9) }
    }

    /// The status with which a signed request is answered.
    async fn hears(&mut self, name: &str, keys: &NodeKeys, path: &str, body: Vec<u8>) -> StatusCode {
        let signed = self.signed(name, keys, &Content { method: "POST", path, body: &body }, &Noon);
        self.answer(signed.body(Body::from(body)).unwrap()).await
    }

    /// The same for a head that is signed by the clock of the sender, and whose body does not come to an end.
    async fn hears_without_end(&mut self, name: &str, keys: &NodeKeys, path: &str, clock: &dyn Clock) -> StatusCode {
        let signed = self.signed(name, keys, &Content { method: "POST", path, body: b"{}" }, clock);
        self.answer(signed.body(endless()).unwrap()).await
    }

    fn signed(&mut self, name: &str, keys: &NodeKeys, content: &Content<'_>, clock: &dyn Clock) -> Builder {
        let headers = sign_request(keys, &name.parse().unwrap(), content, clock, &mut self.chance);
        let request = Request::post(content.path).header("content-type", "application/json");
        headers.pairs().into_iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    async fn answer(&self, request: Request) -> StatusCode {
        self.router.clone().oneshot(request).await.unwrap().status()
    }

    fn remembered(&self) -> usize {
        std::fs::read_to_string(self.dir.path().join("nonces")).unwrap().lines().count()
    }
}

fn endless() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>())
}

fn token(role: TokenRole) -> Token {
    Token::generate(role, &mut StdRng::seed_from_u64(2))
}

fn keys(seed: u64) -> NodeKeys {
    NodeKeys::generate(&mut StdRng::seed_from_u64(seed))
}

fn registration(name: &str, keys: &NodeKeys, token: Option<&str>) -> Vec<u8> {
    let body = Register {
        agent_id: name.parse().unwrap(),
        registration_token: token.map(str::to_owned),
        signing_key: keys.signing_key(),
        envelope_key: keys.envelope_key(),
        keys_signature: keys.sign_own_keys(&name.parse().unwrap()),
        mode: AgentMode::SwarmOnly,
        os: "linux".to_owned(),
        version: "1".to_owned(),
        client_type: "test".to_owned(),
        max_concurrent_tasks: 1,
        sandbox_mode: SandboxMode::Wasm,
        languages: vec![Language::Python],
        models: vec![],
    };
    serde_json::to_vec(&body).unwrap()
}

fn pull(padding: usize) -> Vec<u8> {
    format!("{{\"agentId\":\"{KNOWN}\"{}}}", " ".repeat(padding)).into_bytes()
}

#[tokio::test]
async fn a_strangers_nonce_is_remembered_only_after_its_token_admitted_it() {
    let of_bob = token(TokenRole::Node);
    let (mut service, bob) = (Service::begin(&of_bob).await, keys(2));
    for wrong in [None, Some("guess"), Some(token(TokenRole::Account).expose())] {
        let body = registration("bob", &bob, wrong);
        assert_eq!(service.hears("bob", &bob, "/register", body).await, StatusCode::FORBIDDEN, "{wrong:?}");
    }
    assert_eq!(service.remembered(), 0);
    let body = registration("bob", &bob, Some(of_bob.expose()));
    assert_eq!(service.hears("bob", &bob, "/register", body).await, StatusCode::OK);
    assert_eq!(service.remembered(), 1);
}

#[tokio::test]
async fn a_registered_machine_registers_again_by_its_old_key_and_no_other() {
    let mut service = Service::begin(&token(TokenRole::Node)).await;
    let (own, thief) = (keys(1), keys(666));
    let with_new_key = registration(KNOWN, &thief, None);
    let stolen = service.hears(KNOWN, &thief, "/register", with_new_key.clone()).await;
    assert_eq!((stolen, service.remembered()), (StatusCode::UNAUTHORIZED, 0));
    assert_eq!(service.hears(KNOWN, &own, "/register", with_new_key).await, StatusCode::OK);
}

#[tokio::test]
async fn the_body_of_nobody_is_not_waited_for() {
    let service = Service::begin(&token(TokenRole::Node)).await;
    for path in ["/register", "/pull"] {
        let request = Request::post(path).header("content-type", "application/json").body(endless()).unwrap();
        assert_eq!(service.answer(request).await, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn the_body_of_a_forged_or_an_old_head_is_not_waited_for() {
    let mut service = Service::begin(&token(TokenRole::Node)).await;
    for path in ["/register", "/pull"] {
        let forged = service.hears_without_end(KNOWN, &keys(666), path, &Noon).await;
        assert_eq!(forged, StatusCode::UNAUTHORIZED, "{path}: the key of another");
        let old = service.hears_without_end(KNOWN, &keys(1), path, &Behind).await;
        assert_eq!(old, StatusCode::UNAUTHORIZED, "{path}: of a machine that is registered");
        let old = service.hears_without_end("bob", &keys(2), path, &Behind).await;
        assert_eq!(old, StatusCode::UNAUTHORIZED, "{path}: of one that is not");
    }
}

#[tokio::test]
async fn a_signed_route_keeps_its_own_bound_on_bodies() {
    let mut service = Service::begin(&token(TokenRole::Node)).await;
    let ann = keys(1);
    assert_eq!(service.hears(KNOWN, &ann, "/pull", pull(LONG)).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(service.hears(KNOWN, &ann, "/long", pull(LONG)).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(service.hears(KNOWN, &ann, "/long", pull(LONG - 100)).await, StatusCode::OK);
}
