//! Is it the machine itself that asks, just now, for this, and for the first time?

use super::{ask::Ask, house::House, machine::Machine};
use edgecoder_events::{Clock, UnixMillis};
use edgecoder_identity::request::MAX_SKEW_MS;
use edgecoder_service_kit::SystemClock;
use serde_json::json;

const ROUTES: [&str; 5] = ["/register", "/heartbeat", "/pull", "/result", "/agent/diagnostics"];

#[test]
fn unsigned_and_half_signed_requests_are_refused_on_every_route() {
    let Some(house) = House::open() else { return };
    Machine::at_work(&house, "ann", 1);
    let body = json!({ "agentId": "ann" });
    for route in ROUTES {
        let asks = [
            Ask::post(route, &body),
            Ask::post(route, &body).with("x-agent-id", "ann"),
            Ask::post(route, &body).bearer(&house.operator()),
            Ask::post(route, &body).bearer(&house.service()).with("fly-client-ip", "127.0.0.1"),
        ];
        for ask in asks {
            assert_eq!(house.ask(&ask).problem(), (401, "signature_required".into()), "{ask:?}");
        }
    }
}

#[test]
fn a_signature_is_for_one_body_one_path_one_method_and_one_machine() {
    let Some(house) = House::open() else { return };
    let mut ann = Machine::at_work(&house, "ann", 1);
    let bob = Machine::at_work(&house, "bob", 2);
    let body = json!({ "agentId": "ann" });
    let invalid = (401, "signature_invalid".to_owned());
    let other_body = json!({ "agentId": "ann", "waitMs": 1 }).to_string();
    assert_eq!(house.ask(&ann.signed("/pull", &body).over(other_body)).problem(), invalid);
    assert_eq!(house.ask(&ann.signed("/pull", &body).at("/heartbeat")).problem(), invalid);
    assert_eq!(house.ask(&ann.signed("/pull", &body).at("/pull?x=1")).problem(), invalid);
    assert_eq!(house.ask(&ann.signed("/control-plane/pull", &body).at("/pull")).problem(), invalid);
    let of_bob = json!({ "agentId": "bob" });
    assert_eq!(house.ask(&ann.signed("/pull", &of_bob)).problem(), (401, "agent_id_mismatch".into()));
    ann.id = bob.id;
    assert_eq!(house.ask(&ann.signed("/pull", &of_bob)).problem(), invalid, "signed in another's name");
}

#[test]
fn clocks_that_are_wrong_old_or_ahead_are_refused() {
    let Some(house) = House::open() else { return };
    let mut ann = Machine::at_work(&house, "ann", 1);
    let body = json!({ "agentId": "ann" });
    let now = SystemClock.now();
    let minute = 60_000;
    for wrong in [0, 1, now.0 - MAX_SKEW_MS - minute, now.0 + MAX_SKEW_MS + minute, 99_999_999_999_999, u64::MAX] {
        let answer = house.ask(&ann.signed_at("/pull", &body, UnixMillis(wrong)));
        assert_eq!(answer.status, 401, "{wrong}: {answer:?}");
    }
    for text in ["NaN", "Infinity", "-1", "1e13", "0x10", ""] {
        let ask = Ask::post("/pull", &body).with("x-agent-id", "ann").with("x-timestamp-ms", text);
        let ask = ask.with("x-nonce", &"0".repeat(32)).with("x-body-sha256", &"0".repeat(64));
        assert_eq!(house.ask(&ask.with("x-signature", "AAAA")).problem(), (401, "signature_required".into()), "{text}");
    }
}

#[test]
fn a_replay_is_refused_now_and_after_a_crash() {
    let Some(mut house) = House::open() else { return };
    let mut ann = Machine::at_work(&house, "ann", 1);
    let (pull, heartbeat) = (ann.pull(0), ann.signed("/heartbeat", &json!({ "agentId": "ann" })));
    for ask in [&pull, &heartbeat] {
        house.ask(ask).success();
    }
    for _ in 0..2 {
        for ask in [&pull, &heartbeat] {
            assert_eq!(house.ask(ask).problem(), (401, "replayed_request".into()));
        }
        house.kill();
        house.start();
    }
    house.ask(&ann.pull(0)).success();
}
