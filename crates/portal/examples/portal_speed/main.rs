//! How fast are the pages of somebody with half of 100,000 tasks, in a ledger of a million events? Over HTTP, beside a
//! bare page in the same run; and how soon does a page hear of an event, what does the first page weigh, and how long do
//! the searches take to be built anew?
//!
//! `portal_speed [FOLDER] [TASKS]`: the folder decides the disk; a task has ten events. Browser and portal share one
//! process and its cores.
#![expect(clippy::unwrap_used, reason = "an example stops at the first thing that does not hold")]

#[path = "../../tests/service/browser.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod browser;
mod house;
mod news;
mod past;
mod visits;

use browser::Browser;
use edgecoder_events::AccountId;
use edgecoder_measuring::{forget_peak, peak};
use edgecoder_projections::Question;
use house::House;
use std::time::{Duration, Instant};
use visits::Times;

const TASKS: usize = 100_000;
/// What answers must hold to.
const PAGE_WITHIN: Duration = Duration::from_millis(20);
const NEWS_WITHIN: Duration = Duration::from_millis(100);
const FIRST_PAGE_BYTES: usize = 150_000;
const FIRST_PAGE: [&str; 4] = ["/", "/assets/portal.css", "/assets/portal.js", "/assets/mark.svg"];

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let tasks = arguments.next().map_or(TASKS, |number| number.parse().unwrap());
    let dir = tempfile::tempdir_in(folder).unwrap();
    let mut house = House::open(dir.path()).await;
    let (mut ann, account) = house.newcomer().await;
    let begun = Instant::now();
    past::record(&house, &account, tasks).await;
    let recorded = begun.elapsed();
    house.caught_up().await;
    let (size, seconds, shown) = (house.store.head().size, recorded.as_secs_f64(), begun.elapsed().as_secs_f64());
    println!(
        "{tasks} tasks, {size} events: recorded in {seconds:.1} s, shown and found after {shown:.1} s; peak memory {}",
        peak()
    );
    println!("| what | p50 | p95 | bytes | peak memory | at most | holds |\n|---|---|---|---|---|---|---|");
    pages(&mut ann).await;
    live(&house, &mut ann, &account).await;
    weight(&house).await;
    for question in [Question::TaskSearch, Question::LogSearch] {
        rebuilt(&house, question).await;
    }
    house.close().await;
}

async fn pages(ann: &mut Browser) {
    let dashboard = ann.get("/dashboard").await.text;
    let bare = visits::bare_page(dashboard).await;
    tell("a bare page of the same size", &bare, None);
    for (name, path) in [
        ("start page", "/dashboard"),
        ("tasks", "/tasks"),
        ("tasks, finished ones", "/tasks?state=completed"),
        ("tasks, a state without any", "/tasks?state=failed"),
        ("tasks, searched and filtered", "/tasks?q=primes&state=completed&language=python"),
        ("tasks, one word of one task", "/tasks?q=number4242"),
        ("a task", "/tasks/past-0"),
        ("wallet", "/wallet"),
        ("machines", "/nodes"),
        ("conversations", "/chat"),
        ("a conversation of 20 messages", "/chat/talk-0"),
        ("operations", "/operations"),
        ("operations, people", "/operations/people"),
    ] {
        tell(name, &visits::times(ann, path).await, Some(PAGE_WITHIN));
    }
}

async fn live(house: &House, ann: &mut Browser, account: &AccountId) {
    let open = past::open_task(house, account).await;
    let news = news::times(house, ann, account, &open).await;
    tell("event handed over → durable → heard by the page", &news.heard, Some(NEWS_WITHIN));
    tell("event handed over → on the page", &news.shown, Some(NEWS_WITHIN));
}

async fn weight(house: &House) {
    let (mut stranger, mut bytes) = (Browser::new(&house.base), 0);
    for path in FIRST_PAGE {
        bytes += stranger.get(path).await.text.len();
    }
    let holds = yes(bytes < FIRST_PAGE_BYTES);
    println!("| the first page with style, script and mark | | | {bytes} | | {FIRST_PAGE_BYTES} | {holds} |");
}

async fn rebuilt(house: &House, question: Question) {
    forget_peak();
    let (begun, size) = (Instant::now(), house.store.head().size);
    house.projections.rebuild(question, |_| {}).await.unwrap();
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap().max(1);
    let rate = size * 1_000 / ms;
    println!("{question} built anew: {ms} ms for {size} events, {rate} events/s; peak memory {}", peak());
}

fn tell(name: &str, times: &Times, within: Option<Duration>) {
    let ms = |at: Duration| at.as_secs_f64() * 1_000.0;
    let (p50, p95, bytes) = (ms(times.of(50)), ms(times.of(95)), times.bytes);
    let bytes = if bytes > 0 { bytes.to_string() } else { String::new() };
    let limit = within.map(|it| format!("{} ms", it.as_millis())).unwrap_or_default();
    let holds = within.map_or("", |it| yes(times.of(95) < it));
    println!("| {name} | {p50:.2} ms | {p95:.2} ms | {bytes} | {} | {limit} | {holds} |", times.held);
}

const fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "**no**" }
}
