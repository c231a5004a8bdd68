//! Does the service stand still when others are slow? Silent connections, bodies without end, answers that nobody
//! reads, polls by the hundred.

use super::{
    ask::{Ask, answer, connect},
    house::House,
    machine::Machine,
};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
};

/// Connections of each kind.
const CROWD: usize = 200;
/// One of so many is watched until the service ends it.
const WATCHED: usize = 50;
/// Questions whose answers are together more than the system holds for a connection.
const UNREAD: usize = 4_000;

#[test]
fn crowds_of_slow_connections_keep_nobody_waiting_and_are_ended() {
    let Some(house) = House::open_with("all-in-one", &[]) else { return };
    let customer = house.account("carol", 1_000);
    let address = house.address("coordinator");
    let crowd = |head: &str| -> Vec<TcpStream> { (0..CROWD).map(|_| begun(&address, head)).collect() };
    let (silent, half) = (crowd(""), crowd("POST /submit HTTP/1.1\r\nhost: x\r\n"));
    let without_end = crowd(&endless("/submit", &customer));
    let elsewhere = [
        begun(&house.address("controlPlane"), &endless("/nodes/enroll", &house.operator())),
        begun(&house.address("inference"), &endless("/decompose", &house.service())),
    ];
    let unread = begun(&address, &"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(UNREAD));

    house.submit(&customer, "meanwhile").success();
    assert_eq!(house.ended("meanwhile")["state"], "completed");

    for mut stream in silent.into_iter().chain(half).step_by(WATCHED) {
        let ended = stream.read_to_end(&mut Vec::new());
        assert!(ended.is_ok(), "a connection that says nothing is held for ever: {ended:?}");
    }
    for stream in without_end.into_iter().step_by(WATCHED).chain(elsewhere) {
        assert_eq!(answer(stream).problem(), (408, "body_too_slow".into()));
    }
    house.look_until("the end of an answer that nobody reads", || (&unread).write_all(b"x").err());
}

/// A request whose body does not come to its end.
fn endless(path: &str, token: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 1000000\r\n\r\n{{\"prompt\":\""
    )
}

fn begun(address: &str, head: &str) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn a_body_of_nobody_is_not_waited_for() {
    let Some(house) = House::open_with("all-in-one", &[]) else { return };
    let head = "HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{";
    let routes = [
        ("coordinator", "/submit"),
        ("coordinator", "/pull"),
        ("coordinator", "/register"),
        ("coordinator", "/control-plane/nodes/enroll"),
        ("controlPlane", "/nodes/enroll"),
        ("inference", "/decompose"),
        ("inference", "/model/swap"),
    ];
    for (service, path) in routes {
        let answer = answer(begun(&house.address(service), &format!("POST {path} {head}")));
        assert_eq!(answer.problem().0, 401, "{service} {path}");
    }
}

#[test]
fn a_head_without_end_is_cut_off() {
    let Some(house) = House::open() else { return };
    let mut stream = connect(&house.address("coordinator"));
    let line = format!("x-filler: {}\r\n", "x".repeat(1_000));
    let _cut_off = stream.write_all(format!("GET /tasks HTTP/1.1\r\n{}", line.repeat(200)).as_bytes());
    let mut text = Vec::new();
    let _reset = stream.read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 431"), "{text}");
}

#[test]
fn one_machine_can_not_hold_every_connection_with_polls() {
    let Some(house) = House::open() else { return };
    let (mut ann, mut bob) = (Machine::at_work(&house, "ann", 1), Machine::at_work(&house, "bob", 2));
    let address = house.address("coordinator");
    let polls: Vec<Ask> = (0..100).map(|_| ann.pull(5_000)).collect();
    let answers: Vec<Value> = thread::scope(|scope| {
        let sent: Vec<_> = polls.iter().map(|poll| scope.spawn(|| poll.send(&address))).collect();
        house.ask(&bob.pull(0)).success();
        sent.into_iter().map(|poll| poll.join().unwrap().json()).collect()
    });
    let refused = answers.iter().filter(|answer| answer["error"] == "too_many_pulls").count();
    assert!((1..=36).contains(&refused), "{refused} of 100 were refused: {answers:?}");
}
