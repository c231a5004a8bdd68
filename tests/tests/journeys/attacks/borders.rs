//! What does the service make of input that nobody should send? Problem documents, no panics, no growth.

use super::{ask::Ask, house::House, machine::Machine};
use serde_json::{Value, json};

const FIELD: &str = "invalid_field";
const WHOLE: &str = "invalid_json";

#[test]
fn bodies_that_are_no_submission_are_refused_and_named() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let deep = |open: &str, close: &str| format!("{{\"prompt\":{}{}}}", open.repeat(100_000), close.repeat(100_000));
    let many_tests = json!({ "files": [{ "path": "a", "content": "" }], "tests": vec!["a"; 100_000] }).to_string();
    let cases = [
        ("{\"prompt\":\"x\",\"prompt\":\"y\"}".to_owned(), FIELD),
        ("{\"prompt\":\"x\",\"__proto__\":{}}".to_owned(), FIELD),
        (deep("[", "]"), FIELD),
        (deep("{\"a\":", "}"), FIELD),
        ("[]".to_owned(), WHOLE),
        ("null".to_owned(), WHOLE),
        ("\"x\"".to_owned(), WHOLE),
        ("{\"prompt\":\"x\"} {}".to_owned(), WHOLE),
        ("{\"prompt\":\"\u{0}\"}".to_owned(), FIELD),
        ("{\"prompt\":\"x\",\"timeoutMs\":1e99999}".to_owned(), FIELD),
        ("{\"prompt\":\"x\",\"taskId\":\"../x\"}".to_owned(), FIELD),
        ("{\"prompt\":\"x\",\"taskId\":\"a b\"}".to_owned(), FIELD),
        ("{\"prompt\":\"x\",\"language\":\"cobol\"}".to_owned(), FIELD),
        (many_tests, FIELD),
        (String::new(), WHOLE),
    ];
    for (body, error) in cases {
        let answer = house.ask(&Ask::new("POST", "/submit", body.clone()).bearer(&customer));
        assert_eq!(answer.problem(), (400, error.into()), "{}", &body[..body.len().min(80)]);
    }
    let invalid_utf8 = Ask::new("POST", "/submit", b"{\"prompt\":\"\xff\xfe\"}".to_vec()).bearer(&customer);
    assert_eq!(house.ask(&invalid_utf8).status, 400);
    let oversize = format!("{{\"prompt\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    assert_eq!(house.ask(&Ask::new("POST", "/submit", oversize).bearer(&customer)).status, 413);
    assert!(!house.log().contains("panicked"), "{}", house.log());
}

#[test]
fn numbers_at_their_limits_break_no_query() {
    let Some(house) = House::open() else { return };
    let most = u64::MAX;
    let paths = [
        format!("/tasks?before={most}&limit={most}"),
        "/tasks?limit=0&before=0".to_owned(),
        format!("/control-plane/security/blacklist?before={most}&limit={most}"),
        format!("/control-plane/security/blacklist/audit?before={most}&limit={most}"),
        format!("/control-plane/credits/local/history?before={most}&limit={most}"),
        "/control-plane/credits/local/history?before=0&limit=0".to_owned(),
        format!("/control-plane/agents?limit={most}"),
    ];
    for path in paths {
        house.seen(&path);
    }
    let wrong = ["/tasks?before=-1", "/tasks?limit=18446744073709551616", "/tasks?surprise=1", "/tasks?state=done"];
    for path in wrong {
        assert_eq!(house.ask(&Ask::get(path).bearer(&house.operator())).problem().0, 400, "{path}");
    }
    let later = Ask::get(&format!("/tasks/none?after={most}")).bearer(&house.operator());
    assert_eq!(house.ask(&later).problem(), (503, "projection_behind".into()));
    assert!(!house.log().contains("panicked"), "{}", house.log());
}

#[test]
fn paths_methods_and_types_that_are_not_there_are_problem_documents() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 0);
    for path in ["/", "/admin", "/tasks/x/y/z", "/control-plane/none", "/.git/config", "/pull/", "//pull"] {
        assert_eq!(house.ask(&Ask::get(path)).problem(), (404, "no_such_route".into()), "{path}");
    }
    for (method, path) in [("DELETE", "/submit"), ("GET", "/pull"), ("PUT", "/control-plane/credits/accounts")] {
        let ask = Ask::new(method, path, "");
        assert_eq!(house.ask(&ask).problem(), (405, "method_not_allowed".into()), "{method} {path}");
    }
    for path in ["/tasks/a%20b", "/tasks/%00", "/tasks/%2e%2e%2fetc", "/tasks/%ff"] {
        assert_eq!(house.ask(&Ask::get(path).bearer(&customer)).problem().0, 400, "{path}");
    }
}

#[test]
fn methods_that_callers_invent_are_not_kept_for_ever() {
    let Some(house) = House::open() else { return };
    house.ask(&Ask::get("/health/runtime")).success();
    for number in 0..50 {
        assert_eq!(house.ask(&Ask::new(&format!("INVENTED{number}"), "/pull", "")).status, 405);
    }
    let metrics = house.ask(&Ask::get("/metrics")).body;
    assert!(metrics.contains("edgecoder_http_request_seconds"), "{metrics}");
    assert!(!metrics.contains("INVENTED"), "every method is a label that stays");
}

#[test]
fn a_machine_that_says_odd_things_is_refused_and_the_others_work_on() {
    let Some(house) = House::open() else { return };
    let mut ann = Machine::at_work(&house, "ann", 1);
    let lines: Vec<Value> = (0..41).map(|_| json!({ "eventAtMs": u64::MAX, "message": "" })).collect();
    let leases: Vec<Value> = (0..65).map(|n| json!({ "taskId": "t", "subtask": n, "attempt": 1 })).collect();
    let odd = [
        ("/agent/diagnostics", json!({ "agentId": "ann", "events": lines })),
        ("/agent/diagnostics", json!({ "agentId": "ann", "events": [{ "eventAtMs": 1, "message": "x".repeat(501) }] })),
        ("/heartbeat", json!({ "agentId": "ann", "leases": leases })),
        ("/heartbeat", json!({ "agentId": "ann", "leases": [{ "taskId": "t", "subtask": 65536, "attempt": 1 }] })),
        ("/pull", json!({ "agentId": "ann", "waitMs": -1 })),
        ("/result", json!({ "agentId": "ann", "taskId": "t", "subtask": 0, "attempt": 1, "outcome": "won" })),
        ("/result", json!({ "agentId": "ann", "taskId": "t", "subtask": 0, "attempt": 1, "outcome": "passed" })),
    ];
    for (path, body) in odd {
        assert_eq!(house.ask(&ann.signed(path, &body)).problem(), (400, FIELD.into()), "{path} {body}");
    }
    house.ask(&ann.pull(0)).success();
}

#[test]
fn doors_through_which_the_predecessor_gave_money_and_machines_away_are_not_there() {
    let Some(house) = House::open() else { return };
    let doors = [
        "/credits/ble-sync",
        "/credits/local/faucet",
        "/economy/payments/intents",
        "/economy/payments/intents/x/confirm",
        "/economy/payments/webhook",
        "/economy/price/propose",
        "/economy/treasury/policies",
        "/mesh/ingest",
        "/mesh/register-peer",
        "/debug/enqueue",
        "/orchestration/install-model",
        "/robot/agents/register",
        "/agents/upsert",
        "/bootstrap/coordinator",
    ];
    for path in doors {
        for token in [house.operator(), house.service()] {
            let ask = Ask::post(path, &json!({})).bearer(&token).with("x-mesh-token", &token);
            assert_eq!(house.ask(&ask).problem(), (404, "no_such_route".into()), "{path}");
        }
    }
}
