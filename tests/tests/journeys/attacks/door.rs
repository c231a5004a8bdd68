//! Does the operators' door, in a process of its own, open anything but what it is for?

use super::{ask::Ask, house::House};
use crate::machine::{Machine as Host, Service, executable};
use serde_json::json;

/// A control plane before a house.
struct Door {
    running: Service,
    _host: Host,
}

impl Door {
    fn before(house: &House) -> Self {
        let mut host = Host::bare(executable().expect("the house stands"));
        host.set("COORDINATOR_URL", &format!("http://{}", house.address("coordinator")));
        Self { running: host.start(&["run", "--mode", "control-plane"]), _host: host }
    }

    fn address(&self) -> String {
        self.running.address().trim_start_matches("http://").to_owned()
    }
}

#[test]
fn nothing_of_the_coordinator_but_the_operators_routes_is_reached_through_the_door() {
    let Some(house) = House::open() else { return };
    let (customer, door) = (house.account("carol", 1_000), Door::before(&house));
    let address = door.address();
    let program = json!({ "files": [{ "path": "main.py", "content": "print(1)" }] });
    for path in ["/../submit", "/%2e%2e/submit", "/agents/../../submit", "/.%2E/submit", "/..%2fsubmit", "/submit"] {
        let answer = Ask::post(path, &program).bearer(&customer).send(&address);
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
    assert_eq!(Ask::get("/agents").send(&address).problem().0, 401);
    for token in [customer, house.service()] {
        assert_eq!(Ask::get("/agents").bearer(&token).send(&address).problem().0, 403);
    }
    Ask::get("/agents").bearer(&house.operator()).send(&address).success();
    for (path, kind) in [
        ("/metrics", "application/openmetrics-text"),
        ("/openapi.json", "application/json"),
        ("/no", "application/problem"),
    ] {
        let head = Ask::get(path).send(&address).head.to_ascii_lowercase();
        let kinds: Vec<&str> = head.lines().filter_map(|line| line.strip_prefix("content-type: ")).collect();
        assert!(matches!(kinds.as_slice(), [one] if one.starts_with(kind)), "{path}: {kinds:?}");
    }
    assert_eq!(house.tasks("").len(), 0);
}

#[test]
fn credit_that_is_asked_for_twice_through_the_door_under_one_key_is_given_once() {
    let Some(house) = House::open() else { return };
    let door = Door::before(&house);
    house.account("carol", 0);
    let ask = |credits: u64| {
        let gift = Ask::post("/credits/carol/faucet", &json!({ "credits": credits })).bearer(&house.operator());
        gift.with("idempotency-key", "the-gift").send(&door.address())
    };
    ask(7).success();
    let once = house.log_size();
    ask(7).success();
    assert_eq!((house.log_size(), house.balance("carol")), (once, (7_000_000, 0)));
    assert_eq!(ask(8).problem(), (409, "idempotency_conflict".to_owned()), "the key named another gift");
}

#[test]
fn the_door_tells_whom_it_saw_and_is_believed_only_where_it_is_configured() {
    let (restricted, trusting) = (("ALLOWED_ADMIN_IPS", "10.9.9.9"), ("TRUSTED_PROXIES", "127.0.0.1"));
    let (wanted, other) = ("203.0.113.9, 10.9.9.9", "10.9.9.9, 203.0.113.9");
    let cases = [
        (&[restricted][..], wanted, 403),
        (&[restricted, trusting], wanted, 200),
        (&[restricted, trusting], other, 403),
    ];
    for (settings, seen, expected) in cases {
        let Some(house) = House::open_with("coordinator", settings) else { return };
        let door = Door::before(&house);
        // A proxy before the door saw the last of these; what stands before it is the client's own claim.
        let ask = Ask::get("/agents").bearer(&house.operator()).with("x-forwarded-for", seen);
        let answer = ask.send(&door.address());
        assert_eq!(answer.status, expected, "{settings:?} {seen}: {answer:?}");
    }
}
