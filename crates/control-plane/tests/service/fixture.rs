//! A control plane on a port of its own, over a log in memory.

use edgecoder_control_plane::{ControlPlane, Settings, router};
use edgecoder_events::{AgentId, PublicKey, UnixMillis};
use edgecoder_identity::{NonceFile, Token, TokenRole};
use edgecoder_projections::{Projections, TablesIn};
use edgecoder_service_kit::{
    callers::{Access, AccessSettings, AgentKeys, TokenBook},
    commands::Commands,
    http::{Metrics, serve},
};
use edgecoder_testkit::{Heard, SetClock, hear, memory_log};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::{net::Ipv4Addr, sync::Arc};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

const ORIGIN: &str = "example.org/control-plane";
pub const NOON: UnixMillis = UnixMillis(1_700_000_000_000);

pub struct Service {
    base: String,
    client: Client,
    pub operator: Token,
    own: Token,
    pub clock: Arc<SetClock>,
    pub commands: Commands,
    pub access: Access,
    _running: JoinSet<()>,
    _dir: TempDir,
}

/// No agent speaks to the control plane.
struct NoAgents;

impl AgentKeys for NoAgents {
    fn signing_key(&self, _: &AgentId) -> Option<PublicKey> {
        None
    }

    fn may_work(&self, _: &AgentId) -> bool {
        false
    }
}

impl Service {
    pub async fn begin() -> Self {
        Self::begin_with(true).await
    }

    pub async fn begin_with(faucet_enabled: bool) -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Arc::new(SetClock::at(NOON)));
        let store = memory_log(ORIGIN, Arc::clone(&clock)).await;
        let [tables, search] = ["projections.db", "search"].map(|it| dir.path().join(it));
        let projections = Projections::start(&store, TablesIn::File(&tables), &search).await.unwrap();
        let operator = Token::generate(TokenRole::Operator, &mut StdRng::seed_from_u64(2));
        let own = Token::generate(TokenRole::Service, &mut StdRng::seed_from_u64(3));
        let settings = AccessSettings {
            operator: operator.hash(),
            service: own.hash(),
            operator_networks: vec![],
            trusted_proxies: vec![],
        };
        let nonces = NonceFile::open(dir.path().join("nonces"), NOON).unwrap();
        let book = TokenBook::new(store.secrets());
        let access = Access::new(settings, book, Arc::new(NoAgents), nonces, clock.clone());
        let commands = Commands::new(store, clock.clone());
        let control_plane = ControlPlane::new(Settings {
            commands: commands.clone(),
            projections: Arc::new(projections),
            access: access.clone(),
            metrics: Metrics::default(),
            faucet_enabled,
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut running = JoinSet::new();
        running.spawn(serve(listener, router(control_plane), CancellationToken::new()));
        let client = edgecoder_outbound::direct().build().unwrap();
        Self { base, client, operator, own, clock, commands, access, _running: running, _dir: dir }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn operator(&self) -> &str {
        self.operator.expose()
    }

    /// The token between our own services.
    pub fn own(&self) -> &str {
        self.own.expose()
    }

    pub fn nobody_posts(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base)).json(body)
    }

    pub fn nobody_gets(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base))
    }

    pub async fn post(&self, path: &str, body: Value) -> Heard {
        hear(self.nobody_posts(path, &body).bearer_auth(self.operator.expose())).await
    }

    pub async fn get(&self, path: &str) -> Heard {
        hear(self.nobody_gets(path).bearer_auth(self.operator.expose())).await
    }

    /// What is at `path`, which is there.
    pub async fn seen(&self, path: &str) -> Value {
        let heard = self.get(path).await;
        assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
        heard.body
    }

    /// Posts what is expected to be done.
    pub async fn done(&self, path: &str, body: Value) -> Value {
        let heard = self.post(path, body).await;
        assert!(heard.status.is_success(), "{heard:?}");
        heard.body
    }

    /// Posts what is expected to be refused, and tells how.
    pub async fn refused(&self, path: &str, body: Value) -> (u16, String) {
        let heard = self.post(path, body).await;
        (heard.status.as_u16(), heard.body["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Posts what has a wrong field, and names it.
    pub async fn wrong_field(&self, path: &str, body: Value) -> String {
        let heard = self.post(path, body).await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_field")));
        heard.body["field"].as_str().unwrap_or_default().to_owned()
    }

    /// Opens an account and tells its token.
    pub async fn opened(&self, account: &str) -> String {
        let opened = self.done("/credits/accounts", json!({ "accountId": account })).await;
        opened["token"].as_str().unwrap().to_owned()
    }

    /// Enrols a machine of `ada`, whose account is open, and tells its token.
    pub async fn enrolled(&self, node: &str) -> String {
        let enrolled = self.done("/nodes/enroll", enrolment(node, "ada")).await;
        enrolled["registrationToken"].as_str().unwrap().to_owned()
    }
}

pub fn enrolment(node: &str, owner: &str) -> Value {
    json!({ "nodeId": node, "nodeKind": "agent", "ownerAccountId": owner })
}
