//! Can a machine be shut out on nobody's word? Evidence that is missing, changed, or signed by somebody else.

use super::{ask::Ask, house::House, machine::Machine};
use edgecoder_events::{
    Clock, PublicKey, Signature, UnixMillis,
    blacklist::{AgentBlacklisted, BlacklistReason},
};
use edgecoder_identity::evidence;
use edgecoder_service_kit::SystemClock;
use edgecoder_wire::nodes::BlacklistReport;
use serde_json::{Value, json};

fn report(accused: &str, reporter: &Machine) -> AgentBlacklisted {
    let unsigned = AgentBlacklisted {
        agent: accused.parse().unwrap(),
        reason_code: BlacklistReason::ForgedResults,
        reason: "the same result for every task".to_owned(),
        evidence_sha256: "ab".repeat(32),
        reported_at: SystemClock.now(),
        expires_at: None,
        reporter: reporter.id.to_string(),
        reporter_key: PublicKey([0; 32]),
        reporter_signature: Signature([0; 64]),
    };
    evidence::sign(unsigned, &reporter.keys)
}

fn body(report: AgentBlacklisted) -> Value {
    let wire = BlacklistReport {
        agent_id: report.agent,
        reason_code: report.reason_code,
        reason: report.reason,
        evidence_hash_sha256: report.evidence_sha256,
        reported_at_ms: report.reported_at,
        expires_at_ms: report.expires_at,
        reporter_id: report.reporter,
        reporter_public_key: report.reporter_key,
        reporter_signature: report.reporter_signature,
    };
    serde_json::to_value(wire).unwrap()
}

#[test]
fn evidence_that_is_missing_or_says_something_else_shuts_nobody_out() {
    let Some(house) = House::open() else { return };
    let (mut ann, bob) = (Machine::at_work(&house, "ann", 1), Machine::at_work(&house, "bob", 2));
    let whole = body(report("ann", &bob));
    let changes = [
        ("reason", json!("another")),
        ("reasonCode", json!("abuse_spam")),
        ("evidenceHashSha256", json!("cd".repeat(32))),
        ("evidenceHashSha256", json!("none")),
        ("reporterId", json!("carol")),
        ("reportedAtMs", json!(SystemClock.now().0 + 1)),
        ("reportedAtMs", json!(0)),
        ("expiresAtMs", json!(u64::MAX)),
        ("reporterSignature", json!("00".repeat(64))),
        ("reporterPublicKey", json!("00".repeat(32))),
        ("reporterSignature", Value::Null),
    ];
    for (field, value) in changes {
        let mut changed = whole.clone();
        changed[field] = value;
        assert_eq!(house.operate("/security/blacklist", &changed).problem().0, 400, "{field}");
    }
    let manual = json!({ "agentId": "ann", "reasonCode": "manual_review", "reason": "because" });
    assert_eq!(house.operate("/security/blacklist", &manual).problem().0, 400);
    let mut impostor = Machine::new("bob", 3);
    let posed = body(report("ann", &impostor));
    assert_eq!(house.operate("/security/blacklist", &posed).json()["field"], "reporterPublicKey");
    let by_machine = impostor.signed("/control-plane/security/blacklist", &whole);
    assert_eq!(house.ask(&by_machine).problem().0, 401);
    house.ask(&ann.pull(0)).success();
}

#[test]
fn who_is_shut_out_stays_outside_until_it_is_lifted() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let (mut ann, bob) = (Machine::at_work(&house, "ann", 1), Machine::at_work(&house, "bob", 2));
    house.submit(&customer, "task-1").success();
    let lease = ann.pulls(&house).unwrap();
    let mut until_doomsday = report("ann", &bob);
    until_doomsday.expires_at = Some(UnixMillis(u64::MAX));
    house.operate("/security/blacklist", &body(evidence::sign(until_doomsday, &bob.keys))).success();
    let shut_out = (403, "agent_may_not_work".to_owned());
    assert_eq!(house.ask(&ann.pull(0)).problem(), shut_out);
    assert_eq!(ann.brings(&house, &lease, &super::machine::Said::of("1\n", 1)).problem(), shut_out);
    assert_eq!(ann.registers(&house, None).problem(), (403, "agent_blacklisted".into()));
    let path = "/control-plane/security/blacklist/ann/lift";
    let reason = json!({ "reason": "a mistake" });
    assert_eq!(house.ask(&Ask::post(path, &reason).bearer(&customer)).problem().0, 403);
    house.operate("/security/blacklist/ann/lift", &reason).success();
    house.ask(&ann.pull(0)).success();
    let audit = house.seen("/control-plane/security/blacklist/audit");
    assert_eq!(audit["records"][0]["liftReason"], "a mistake");
}
