//! From where does a request come? A header says so only behind a configured proxy, and then the proxy's own line.

use super::{ask::Ask, house::House};
use serde_json::json;

const SPOOFED: [&str; 4] = ["x-forwarded-for", "fly-client-ip", "x-real-ip", "forwarded"];

#[test]
fn a_header_does_not_make_a_stranger_an_administrator() {
    let Some(house) = House::open_with("coordinator", &[("ALLOWED_ADMIN_IPS", "10.9.9.9")]) else { return };
    let ask = Ask::get("/control-plane/agents").bearer(&house.operator());
    assert_eq!(house.ask(&ask).problem(), (403, "admin_ip_forbidden".into()));
    for name in SPOOFED {
        let spoofed = ask.clone().with(name, "10.9.9.9");
        assert_eq!(house.ask(&spoofed).problem(), (403, "admin_ip_forbidden".into()), "{name}");
    }
    let without_token = Ask::post("/register", &json!({})).with("x-forwarded-for", "127.0.0.1");
    assert_eq!(house.ask(&without_token).status, 401);
}

#[test]
fn behind_a_proxy_its_own_line_counts_and_not_the_clients() {
    let settings = [("ALLOWED_ADMIN_IPS", "10.9.9.9"), ("TRUSTED_PROXIES", "127.0.0.1")];
    let Some(house) = House::open_with("coordinator", &settings) else { return };
    let ask = Ask::get("/control-plane/agents").bearer(&house.operator());
    house.ask(&ask.clone().with("x-forwarded-for", "10.9.9.9")).success();
    for (client, proxy) in [("10.9.9.9", "203.0.113.9"), ("10.9.9.9", "nonsense"), ("10.9.9.9", "")] {
        let joined = ask.clone().with("x-forwarded-for", &format!("{client}, {proxy}"));
        assert_eq!(house.ask(&joined).problem(), (403, "admin_ip_forbidden".into()), "{client}, {proxy}");
        let own_line = ask.clone().with("x-forwarded-for", client).with("x-forwarded-for", proxy);
        assert_eq!(house.ask(&own_line).problem(), (403, "admin_ip_forbidden".into()), "{client} / {proxy}");
    }
}
