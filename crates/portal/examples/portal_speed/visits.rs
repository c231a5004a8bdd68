//! How long does a page take, from the request to its last byte?

use crate::browser::Browser;
use axum::{Router, response::Html, routing::get};
use edgecoder_measuring::{Memory, forget_peak, peak};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const WARM_UP: usize = 20;
const VISITS: usize = 300;

/// How long each of several took, the shortest first.
pub struct Times {
    sorted: Vec<Duration>,
    /// Of the page; none where there is no page.
    pub bytes: usize,
    /// The most that browser, portal and ledger held at once meanwhile.
    pub held: Memory,
}

impl Times {
    /// Of what went on since the peak of memory was last forgotten.
    pub fn new(mut times: Vec<Duration>, bytes: usize) -> Self {
        times.sort();
        Self { sorted: times, bytes, held: peak() }
    }

    pub fn of(&self, percent: usize) -> Duration {
        self.sorted[(self.sorted.len() - 1) * percent / 100]
    }
}

/// Asks for a page again and again, as soon as it came.
pub async fn times(browser: &mut Browser, path: &str) -> Times {
    forget_peak();
    let (mut times, mut bytes) = (Vec::with_capacity(VISITS), 0);
    for visit in 0..WARM_UP + VISITS {
        let begun = Instant::now();
        let answer = browser.get(path).await;
        let took = begun.elapsed();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        bytes = answer.text.len();
        if visit >= WARM_UP {
            times.push(took);
        }
    }
    Times::new(times, bytes)
}

/// The same of a page that nobody has to make.
pub async fn bare_page(html: String) -> Times {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", get(move || std::future::ready(Html(html.clone()))));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let times = times(&mut Browser::new(&base), "/").await;
    server.abort();
    times
}
