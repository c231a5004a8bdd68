//! Mails leave over HTTP: once, and what is refused for good is not tried again.

use crate::{
    browser::Browser,
    fixture::{PASSWORD, Service, Unlike},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use edgecoder_portal::{MailApi, MailWay};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

const PATIENCE: Duration = Duration::from_secs(20);
const SENDER: &str = "EdgeCoder <edgecoder@example.org>";

struct Inside {
    /// What is answered, one after the other; then that all is well.
    answers: Mutex<VecDeque<StatusCode>>,
    came: mpsc::UnboundedSender<(HeaderMap, Value)>,
}

/// A mail API, and what it was sent.
struct Api {
    address: String,
    came: mpsc::UnboundedReceiver<(HeaderMap, Value)>,
    _server: JoinSet<()>,
}

impl Api {
    async fn answering(answers: impl IntoIterator<Item = StatusCode>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/emails", listener.local_addr().unwrap());
        let (sender, came) = mpsc::unbounded_channel();
        let inside = Arc::new(Inside { answers: Mutex::new(answers.into_iter().collect()), came: sender });
        let app = Router::new().route("/emails", post(take)).with_state(inside);
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, came, _server: server }
    }

    async fn next(&mut self) -> (HeaderMap, Value) {
        tokio::time::timeout(PATIENCE, self.came.recv()).await.unwrap().unwrap()
    }

    async fn portal(&self) -> Service {
        let api = MailApi::new(&self.address, "a secret".to_owned().into(), SENDER).unwrap();
        Service::but(Unlike { mail: Some(MailWay::Api(Box::new(api))), ..Unlike::default() }).await
    }
}

async fn take(State(inside): State<Arc<Inside>>, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    inside.came.send((headers, serde_json::from_slice(&body).unwrap())).unwrap();
    let next = inside.answers.lock().unwrap().pop_front();
    (next.unwrap_or(StatusCode::OK), "{\"name\":\"validation_error\"}")
}

async fn sign_up(browser: &mut Browser, email: &str) {
    let fields = [("email", email), ("name", "Ann"), ("password", PASSWORD)];
    assert_eq!(browser.send("/sign-up", "/sign-up", &fields).await.status, 200);
}

#[tokio::test]
async fn a_mail_is_posted_as_json_with_the_token_and_its_link_works() {
    let mut api = Api::answering([]).await;
    let service = api.portal().await;
    let mut ann = service.browser();
    sign_up(&mut ann, "ann@example.org").await;
    let (headers, mail) = api.next().await;
    assert_eq!(headers["authorization"], "Bearer a secret");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("edgecoder/"));
    assert_eq!((&mail["from"], &mail["to"]), (&Value::from(SENDER), &serde_json::json!(["ann@example.org"])));
    assert_eq!(mail["subject"], "Confirm your address");
    assert_eq!(mail.as_object().unwrap().len(), 4, "{mail}");
    let text = mail["text"].as_str().unwrap();
    let link = text.lines().find_map(|line| line.strip_prefix(&service.base)).unwrap();
    let (_, token) = link.split_once("token=").unwrap();
    assert_eq!(ann.send(link, "/confirm", &[("token", token)]).await.location, "/dashboard");
}

#[tokio::test]
async fn what_may_go_well_later_is_tried_again_under_the_same_key_and_other_things_are_not() {
    let mut api =
        Api::answering([StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]).await;
    let service = api.portal().await;
    let mut browser = service.browser();
    for email in ["first@example.org", "second@example.org", "third@example.org"] {
        sign_up(&mut browser, email).await;
    }
    let mut came = Vec::new();
    for _ in 0..4 {
        let (headers, mail) = api.next().await;
        came.push((
            headers["idempotency-key"].to_str().unwrap().to_owned(),
            mail["to"][0].as_str().unwrap().to_owned(),
        ));
    }
    let to: Vec<_> = came.iter().map(|(_, to)| to.split('@').next().unwrap()).collect();
    assert_eq!(to, ["first", "first", "second", "third"], "the first once more, the second not");
    assert_eq!(came[0].0, came[1].0);
    assert!(came[1].0 != came[2].0 && came[2].0 != came[3].0, "{came:?}");
}
