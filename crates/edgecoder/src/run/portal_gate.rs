//! A portal in a process of its own: the people's door on another machine or network.
//!
//! The pages are made where the ledger is: the door hands requests on to the coordinator, which serves them under
//! `/portal`, and answers on as they come, news of tasks too. The coordinator believes the door about a visitor's address
//! where the door is among its `TRUSTED_PROXIES`. Nothing else of the coordinator is reached here.

use super::{Ending, banner, listen, parts::PORTAL_PATH};
use anyhow::{Context, Result};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use edgecoder_outbound::client_of;
use edgecoder_portal::away_page;
use edgecoder_service_kit::{
    http::{Problem, bounded, whole_body},
    settings::Settings,
};
use reqwest::{Client, Url};
use std::{net::SocketAddr, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// A page that watches a task hears something more often.
const SILENCE: Duration = Duration::from_mins(1);
/// What a browser says that the pages look at.
const HANDED_ON: [&str; 10] = [
    "accept",
    "accept-language",
    "content-type",
    "cookie",
    "host",
    "if-none-match",
    "last-event-id",
    "origin",
    "sec-fetch-site",
    "user-agent",
];
/// What is between the coordinator and this door alone.
const OF_THE_WAY: [HeaderName; 3] = [header::CONNECTION, header::TRANSFER_ENCODING, header::TE];

#[derive(Clone)]
struct Gate {
    http: Client,
    coordinator: Url,
}

/// Starts the door.
pub async fn start(settings: &Settings, tasks: &mut JoinSet<()>, stop: &CancellationToken) -> Result<Ending> {
    let listener = listen::bind(settings, listen::PORTAL).await?;
    let default = format!("http://127.0.0.1:{}", listen::COORDINATOR.default);
    let coordinator = settings.text("COORDINATOR_URL").unwrap_or(default);
    let coordinator: Url = coordinator.parse().context("COORDINATOR_URL is not an address")?;
    let http = client_of(&coordinator).read_timeout(SILENCE).build().context("preparing to ask the coordinator")?;
    banner::say_ready("portal", &listen::url(&listener)?)?;
    let router = Router::new().route("/", any(hand_on)).route("/{*path}", any(hand_on));
    listen::answer(tasks, listener, bounded(router.with_state(Gate { http, coordinator })), stop);
    Ok(Ending::default())
}

async fn hand_on(
    State(gate): State<Gate>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Problem> {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let asked = method.clone();
    let url = gate.address(request.uri())?;
    let body = whole_body(request).await?;
    let seen = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok().map(str::to_owned));
    let seen = seen.chain([client.ip().to_string()]).collect::<Vec<_>>().join(", ");
    let mut request = gate.http.request(method, url).body(body).header(FORWARDED_FOR, seen);
    for name in HANDED_ON {
        for value in headers.get_all(name) {
            request = request.header(name, value);
        }
    }
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "the coordinator did not answer");
            return Ok(away_page(&asked, &headers).unwrap_or_else(|| unreachable_coordinator().into_response()));
        }
    };
    let (status, headers) = (answer.status(), come_back(answer.headers()));
    Ok((status, headers, Body::from_stream(answer.bytes_stream())).into_response())
}

fn unreachable_coordinator() -> Problem {
    let detail = "the service behind this page does not answer: try again in a moment";
    Problem::new(StatusCode::BAD_GATEWAY, "coordinator_unreachable", detail)
}

fn come_back(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| !OF_THE_WAY.contains(name));
    let mut back = HeaderMap::new();
    for (name, value) in kept {
        back.append(name.clone(), value.clone());
    }
    back
}

impl Gate {
    /// The coordinator's address of a page; none for a path that leads elsewhere, as `/../submit` does.
    fn address(&self, uri: &Uri) -> Result<Url, Problem> {
        let mut url = self.coordinator.clone();
        let path = format!("{PORTAL_PATH}{}", uri.path());
        url.set_path(path.strip_suffix('/').unwrap_or(&path));
        url.set_query(uri.query());
        let rest = url.path().strip_prefix(PORTAL_PATH);
        let is_within = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_within.then_some(url).ok_or_else(|| Problem::not_found("no_such_route", "there is no such page"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pages_are_reached() {
        let gate = Gate {
            http: edgecoder_outbound::direct().build().unwrap(),
            coordinator: "http://127.0.0.1:1".parse().unwrap(),
        };
        let handed_on_to = |path: &str| {
            let url = gate.address(&path.parse().unwrap()).ok()?;
            Some(url.as_str().trim_start_matches("http://127.0.0.1:1").to_owned())
        };
        assert_eq!(handed_on_to("/").as_deref(), Some("/portal"));
        assert_eq!(handed_on_to("/tasks?before=1").as_deref(), Some("/portal/tasks?before=1"));
        for elsewhere in ["/../submit", "/%2e%2e/tasks", "/a/../../tasks", "/.%2E/pull"] {
            assert_eq!(handed_on_to(elsewhere), None, "{elsewhere}");
        }
    }
}
