//! A control plane in a process of its own: the operators' door on another machine or network.
//!
//! What operators decide is recorded where the ledger is: the door hands requests on to the coordinator, which serves
//! the same routes under `/control-plane` and checks token and address. The coordinator believes the door about the
//! operator's address where the door is among its `TRUSTED_PROXIES`. Nothing else of the coordinator is reached here.

use super::{Ending, banner, listen, next::Commands, parts::CONTROL_PLANE_PATH};
use crate::answer;
use anyhow::{Context, Result};
use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use edgecoder_outbound::client_of;
use edgecoder_service_kit::{
    http::{Problem, bounded, whole_body},
    settings::Settings,
};
use reqwest::{Client, Url};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const FORWARDED_FOR: &str = "x-forwarded-for";
const ADMIN_TOKEN: &str = "x-admin-token";
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// What the operators' routes read of a request (docs/API.md).
const HANDED_ON: [&str; 6] =
    ["accept", "authorization", "content-type", "idempotency-key", "if-none-match", ADMIN_TOKEN];
/// What they say beside an answer's body.
const HANDED_BACK: [HeaderName; 6] = [
    header::CACHE_CONTROL,
    header::CONTENT_TYPE,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
];

#[derive(Clone)]
struct Gate {
    http: Client,
    coordinator: Url,
}

/// Starts the door.
pub async fn start(settings: &Settings, tasks: &mut JoinSet<()>, stop: &CancellationToken) -> Result<Ending> {
    let listener = listen::bind(settings, listen::CONTROL_PLANE).await?;
    let default = format!("http://127.0.0.1:{}", listen::COORDINATOR.default);
    let coordinator = settings.text("COORDINATOR_URL").unwrap_or(default);
    let coordinator: Url = coordinator.parse().context("COORDINATOR_URL is not an address")?;
    let http = client_of(&coordinator).timeout(ANSWER_TIMEOUT).build().context("preparing to ask the coordinator")?;
    let gate = Gate { http, coordinator };
    let url = listen::url(&listener)?;
    banner::say_ready("control plane", &url)?;
    let next = Commands::of_this_process(settings).command(format_args!("--control-plane {url} agent list"));
    answer::line(format_args!(
        "Next, with the operator's token (operator.token where the coordinator runs) in ADMIN_API_TOKEN:\n  {next}"
    ))?;
    let router = Router::new().route("/{*path}", any(hand_on)).with_state(gate);
    listen::answer(tasks, listener, bounded(router), stop);
    Ok(Ending::default())
}

async fn hand_on(
    State(gate): State<Gate>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Problem> {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let url = gate.address(request.uri())?;
    expect_token_or_no_body(&request)?;
    let body = whole_body(request).await?;
    let mut request = gate.http.request(method, url).body(body).header(FORWARDED_FOR, forwarded(&headers, client.ip()));
    for name in HANDED_ON {
        // Each that came: what was said twice is the coordinator's to refuse.
        for value in headers.get_all(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.map_err(|error| unreachable(&gate, &error))?;
    let (status, headers) = (answer.status(), handed_back(answer.headers()));
    let body = answer.bytes().await.map_err(|error| unreachable(&gate, &error))?;
    Ok((status, headers, Body::from(body)).into_response())
}

fn handed_back(headers: &HeaderMap) -> HeaderMap {
    let kept = HANDED_BACK.into_iter().filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)));
    let mut back: HeaderMap = kept.collect();
    // Without a kind it would be told as one that it may not be.
    back.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/octet-stream"));
    back
}

/// Who sends a body brings a token: the coordinator would take no other, and nobody's body is not taken in. What is
/// public is asked for without a body.
fn expect_token_or_no_body(request: &Request) -> Result<(), Problem> {
    let names_nobody =
        [header::AUTHORIZATION.as_str(), ADMIN_TOKEN].iter().all(|it| !request.headers().contains_key(*it));
    if names_nobody && !request.body().is_end_stream() {
        return Err(Problem::unauthorized("token_required", "send the header authorization: Bearer <token>"));
    }
    Ok(())
}

impl Gate {
    /// The coordinator's address of an operators' route; none for a path that leads elsewhere, as `/../submit` does.
    fn address(&self, uri: &Uri) -> Result<Url, Problem> {
        let mut url = self.coordinator.clone();
        url.set_path(&format!("{CONTROL_PLANE_PATH}/{}", uri.path().trim_start_matches('/')));
        url.set_query(uri.query());
        let is_within = url.path().strip_prefix(CONTROL_PLANE_PATH).is_some_and(|rest| rest.starts_with('/'));
        is_within
            .then_some(url)
            .ok_or_else(|| Problem::not_found("no_such_route", "there is nothing at this path: see docs/API.md"))
    }
}

/// Whom earlier proxies saw, and whom this door sees.
fn forwarded(headers: &HeaderMap, client: IpAddr) -> String {
    let earlier = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok().map(str::to_owned));
    earlier.chain([client.to_string()]).collect::<Vec<_>>().join(", ")
}

fn unreachable(gate: &Gate, error: &reqwest::Error) -> Problem {
    tracing::warn!(%error, "the coordinator did not answer");
    let detail = format!("the coordinator at {} does not answer: see COORDINATOR_URL", gate.coordinator);
    Problem::new(StatusCode::BAD_GATEWAY, "coordinator_unreachable", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed_on_to(path: &str) -> Option<String> {
        let coordinator: Url = "http://127.0.0.1:1".parse().unwrap();
        let gate = Gate { http: client_of(&coordinator).build().unwrap(), coordinator };
        let url = gate.address(&path.parse().unwrap()).ok()?;
        Some(url.as_str().trim_start_matches("http://127.0.0.1:1").to_owned())
    }

    #[test]
    fn only_the_operators_routes_are_reached() {
        assert_eq!(handed_on_to("/agents?limit=1").as_deref(), Some("/control-plane/agents?limit=1"));
        for elsewhere in ["/../submit", "/%2e%2e/tasks", "/agents/../../tasks", "/.%2E/pull"] {
            assert_eq!(handed_on_to(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn a_body_is_taken_in_with_a_token_and_no_other() {
        let is_taken = |name: &'static str, body: &'static str| {
            let request = Request::post("/nodes/enroll").header(name, "Bearer some-token").body(Body::from(body));
            expect_token_or_no_body(&request.unwrap()).is_ok()
        };
        assert!(is_taken("authorization", "{}") && is_taken(ADMIN_TOKEN, "{}") && is_taken("x-other", ""));
        assert!(!is_taken("x-other", "{}"));
    }

    /// The names of all header parameters of the operators' routes, as their OpenAPI document has them.
    fn promised() -> Vec<String> {
        let document = serde_json::to_value(edgecoder_control_plane::description()).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let parameters = operations.filter_map(|it| it["parameters"].as_array()).flatten();
        let headers = parameters.filter(|it| it["in"] == "header").filter_map(|it| it["name"].as_str());
        headers.map(str::to_ascii_lowercase).collect()
    }

    #[test]
    fn every_header_that_an_operators_route_promises_to_read_is_handed_on() {
        let promised = promised();
        assert!(promised.iter().any(|it| it == "idempotency-key"), "{promised:?}");
        for name in promised {
            assert!(HANDED_ON.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn when_to_come_again_is_handed_back_and_what_is_of_the_way_is_not() {
        let said =
            [("retry-after", "7"), ("transfer-encoding", "chunked"), ("content-type", "application/problem+json")];
        let said = said.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let back = handed_back(&said.into_iter().collect());
        assert_eq!(back[header::RETRY_AFTER], "7");
        assert!(!back.contains_key(header::TRANSFER_ENCODING), "that is of the way");
        let kinds: Vec<_> = back.get_all(header::CONTENT_TYPE).iter().collect();
        assert_eq!(kinds, ["application/problem+json"], "one kind, and the one that was said");
        assert_eq!(handed_back(&HeaderMap::new())[header::CONTENT_TYPE], "application/octet-stream");
    }

    #[test]
    fn the_door_adds_whom_it_sees_after_what_it_was_told() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, HeaderValue::from_static("127.0.0.1"));
        assert_eq!(forwarded(&headers, "203.0.113.9".parse().unwrap()), "127.0.0.1, 203.0.113.9");
    }
}
