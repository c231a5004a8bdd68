//! How soon does a page hear of an event, and show it?

use crate::{browser::Browser, house::House, past::MACHINE, visits::Times};
use edgecoder_events::{
    AccountId, Actor, AgentId, Clock, Event, MicroCredits, NewEvent, StreamName, SubtaskIndex, TaskId,
    task::{ReturnReason, SubtaskLeased, SubtaskReturned},
};
use edgecoder_measuring::forget_peak;
use edgecoder_store::Append;
use reqwest::Method;
use std::time::Instant;

/// Half of them are leases, half of them given back.
const EVENTS: u16 = 100;

pub struct News {
    /// Until the line came.
    pub heard: Times,
    /// Until the page came that was then asked for.
    pub shown: Times,
}

/// Each event is handed over when the page shows the one before.
pub async fn times(house: &House, browser: &mut Browser, account: &AccountId, task: &TaskId) -> News {
    forget_peak();
    let path = format!("/tasks/{task}");
    let newest = house.store.head().size - 1;
    let mut stream = browser.request(Method::GET, &format!("{path}/events?after={newest}")).send().await.unwrap();
    let (mut heard, mut shown, mut lines, mut bytes) = (vec![], vec![], String::new(), 0);
    for number in 0..EVENTS {
        let new = NewEvent { stream: StreamName::task(task), event: event(house, account, task, number) };
        let begun = Instant::now();
        house.store.append(Append::new(Actor::system("bench"), vec![new])).await.unwrap();
        while lines.matches("event: step").count() <= usize::from(number) {
            let chunk = stream.chunk().await.unwrap().expect("the page is told for an hour");
            lines.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        heard.push(begun.elapsed());
        let page = browser.get(&path).await;
        shown.push(begun.elapsed());
        assert!(page.status == 200 && !page.text.contains("as of entry"), "{}", page.text);
        bytes = page.text.len();
    }
    News { heard: Times::new(heard, 0), shown: Times::new(shown, bytes) }
}

fn event(house: &House, account: &AccountId, task: &TaskId, number: u16) -> Event {
    let (agent, attempt) = (AgentId::new(MACHINE).unwrap(), number / 2 + 1);
    let (task, subtask) = (task.clone(), SubtaskIndex(0));
    if number.is_multiple_of(2) {
        let (granted_at, price_per_ms) = (house.clock.now(), MicroCredits::from_micros(1));
        let payee = account.clone();
        SubtaskLeased { task, subtask, attempt, agent, payee, granted_at, limit_ms: 30_000, price_per_ms }.into()
    } else {
        SubtaskReturned { task, subtask, attempt, agent, reason: ReturnReason::AgentDrained }.into()
    }
}
