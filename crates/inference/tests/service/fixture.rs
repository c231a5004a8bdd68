//! An inference service on a port of its own, and those who call it.

use edgecoder_events::ModelName;
use edgecoder_identity::{Token, TokenRole};
use edgecoder_inference::{Inference, Limits, router};
use edgecoder_models::{Provider, ServerSettings};
use edgecoder_service_kit::{
    callers::{AccessSettings, ServiceTokens},
    http::{Metrics, serve},
    settings::ModelSettings,
};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::{net::Ipv4Addr, time::Duration};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

pub const MODEL: &str = "qwen2.5-coder:7b";
/// An address where nothing listens: the discard port.
pub const NOBODY: &str = "http://127.0.0.1:9";

/// Waits that no test reaches, however slow the machine.
pub const PATIENT: Limits =
    Limits { at_once: 4, waiting: 4, decompose: Duration::from_mins(5), escalate: Duration::from_mins(5) };

pub struct Service {
    base: String,
    client: Client,
    operator: Token,
    own: Token,
    _running: JoinSet<()>,
}

/// An answer that has come.
pub struct Heard {
    pub status: StatusCode,
    pub body: Value,
}

pub fn ollama(url: &str) -> ModelSettings {
    let servers = ServerSettings {
        provider: Provider::OllamaLocal,
        ollama_host: Some(url.to_owned()),
        ..ServerSettings::default()
    };
    ModelSettings { servers, ..ModelSettings::default() }
}

pub fn openai(url: &str) -> ModelSettings {
    let servers = ServerSettings {
        provider: Provider::OpenAi,
        openai_base_url: Some(url.to_owned()),
        ..ServerSettings::default()
    };
    ModelSettings { servers, openai_model: Some(ModelName::new(MODEL).unwrap()), ..ModelSettings::default() }
}

impl Service {
    pub async fn begin(models: ModelSettings, limits: Limits) -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let operator = Token::generate(TokenRole::Operator, &mut rng);
        let service = Token::generate(TokenRole::Service, &mut rng);
        let tokens = ServiceTokens::new(AccessSettings {
            operator: operator.hash(),
            service: service.hash(),
            operator_networks: vec![],
            trusted_proxies: vec![],
        });
        let inference = Inference::new(models, limits, tokens, Metrics::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, mut running) = (CancellationToken::new(), JoinSet::new());
        inference.start(&mut running, &stop);
        running.spawn(serve(listener, router(inference), stop));
        let client = edgecoder_outbound::direct().build().unwrap();
        Self { base, client, operator, own: service, _running: running }
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

    pub fn as_operator(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.operator.expose())
    }

    pub fn as_service(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.own.expose())
    }

    pub async fn post(&self, path: &str, body: Value) -> Heard {
        hear(self.as_service(self.nobody_posts(path, &body))).await
    }

    pub async fn get(&self, path: &str) -> Value {
        let heard = hear(self.as_operator(self.nobody_gets(path))).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.body);
        heard.body
    }

    pub async fn decompose(&self, prompt: &str) -> Value {
        let heard = self.post("/decompose", json!({ "taskId": "t", "prompt": prompt, "language": "python" })).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.body);
        heard.body
    }

    pub async fn metrics(&self) -> String {
        self.nobody_gets("/metrics").send().await.unwrap().text().await.unwrap()
    }
}

pub async fn hear(request: RequestBuilder) -> Heard {
    let answer = request.send().await.unwrap();
    Heard { status: answer.status(), body: answer.json().await.unwrap() }
}
