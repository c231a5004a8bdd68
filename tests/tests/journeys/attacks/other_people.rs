//! What can one customer see or do of another's? Tasks, events, wallets: they look as if they were not there.

use super::{
    ask::{Ask, connect},
    house::House,
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

const NOT_THERE: u16 = 404;

#[test]
fn another_accounts_tasks_and_wallets_look_like_none() {
    let Some(house) = House::open() else { return };
    let (carol, mallory) = (house.account("carol", 1_000), house.account("mallory", 1_000));
    let accepted = house.submit(&carol, "secret-task").success();
    let as_mallory = |ask: Ask| house.ask(&ask.bearer(&mallory));
    for path in ["/tasks/secret-task", "/tasks/secret-task/events", "/control-plane/credits/carol/balance"] {
        assert_eq!(as_mallory(Ask::get(path)).problem().0, NOT_THERE, "{path}");
    }
    assert_eq!(as_mallory(Ask::get("/control-plane/credits/carol/history")).problem().0, NOT_THERE);
    let cancel = Ask::post("/tasks/secret-task/cancel", &Value::Null);
    assert_eq!(as_mallory(cancel).problem(), (NOT_THERE, "task_not_found".into()));
    let page = as_mallory(Ask::get("/tasks?limit=500")).success();
    assert_eq!(page["tasks"], json!([]));
    assert_eq!(house.submit(&mallory, "secret-task").problem(), (409, "task_exists".into()));
    assert_eq!(house.seen(&format!("/tasks/secret-task?after={}", accepted["position"]))["state"], "queued");
    assert_eq!(house.ask(&Ask::get("/tasks/secret-task").bearer(&carol)).success()["accountId"], "carol");
}

#[test]
fn the_stream_of_a_task_ends_with_it_and_frees_its_connection() {
    let Some(house) = House::open() else { return };
    let carol = house.account("carol", 1_000);
    house.submit(&carol, "task-1").success();
    house.ask(&Ask::post("/tasks/task-1/cancel", &Value::Null).bearer(&carol)).success();
    let watch = Ask::get("/tasks/task-1/events").bearer(&carol);
    let streamed = house.ask(&watch);
    assert!(streamed.body.contains("task.cancelled"), "{streamed:?}");
    let again = house.ask(&watch.with("last-event-id", &house.log_size().to_string()));
    assert_eq!((again.status, again.body.contains("task.")), (200, false), "who saw the end hears nothing new");
}

#[test]
fn one_account_can_not_hold_every_connection_with_streams() {
    let Some(house) = House::open() else { return };
    let (carol, dave) = (house.account("carol", 1_000), house.account("dave", 1_000));
    house.submit(&carol, "task-1").success();
    house.submit(&dave, "task-2").success();
    let held: Vec<(TcpStream, u16)> = (0..80).map(|_| watching(&house, "task-1", &carol)).collect();
    assert_eq!(held.iter().filter(|(_, status)| *status == 429).count(), 80 - 64, "streams of one account");
    let (others, status) = watching(&house, "task-2", &dave);
    assert_eq!(status, 200, "others watch as before");
    drop((held, others));
    house.look_until("a place", || (watching(&house, "task-1", &carol).1 == 200).then_some(()));
}

/// An open stream of a task's events, and the status with which it began.
fn watching(house: &House, task: &str, token: &str) -> (TcpStream, u16) {
    let mut stream = connect(&house.address("coordinator"));
    let head = format!("GET /tasks/{task}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut first = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut first).unwrap();
    let status = String::from_utf8_lossy(&first).split(' ').nth(1).unwrap().parse().unwrap();
    (stream, status)
}
