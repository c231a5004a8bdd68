//! Machines are shut out on signed evidence, and let in again.

use crate::fixture::{NOON, Service};
use edgecoder_events::{
    AgentId, PublicKey, Signature, UnixMillis,
    blacklist::{AgentBlacklisted, BlacklistReason},
};
use edgecoder_identity::{NodeKeys, evidence};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::StatusCode;
use serde_json::{Value, json};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

async fn begin() -> Service {
    let service = Service::begin().await;
    service.opened("ada").await;
    for name in ["m1", "m2", "m3"] {
        service.enrolled(name).await;
    }
    service
}

/// A field's name, and another value for it.
type Change = (&'static str, fn(&mut AgentBlacklisted));

fn report(agent: &str) -> AgentBlacklisted {
    AgentBlacklisted {
        agent: AgentId::new(agent).unwrap(),
        reason_code: BlacklistReason::ForgedResults,
        reason: "the same output for every task".to_owned(),
        evidence_sha256: "ab".repeat(32),
        reported_at: NOON,
        expires_at: None,
        reporter: "auditor".to_owned(),
        reporter_key: PublicKey([0; 32]),
        reporter_signature: Signature([0; 64]),
    }
}

fn signed(report: AgentBlacklisted) -> Value {
    let report = evidence::sign(report, &NodeKeys::generate(&mut StdRng::seed_from_u64(1)));
    json!({
        "agentId": report.agent,
        "reasonCode": report.reason_code,
        "reason": report.reason,
        "evidenceHashSha256": report.evidence_sha256,
        "reportedAtMs": report.reported_at,
        "expiresAtMs": report.expires_at,
        "reporterId": report.reporter,
        "reporterPublicKey": report.reporter_key,
        "reporterSignature": report.reporter_signature,
    })
}

async fn accuse(service: &Service, agent: &str) {
    service.done("/security/blacklist", signed(report(agent))).await;
}

async fn lift(service: &Service, agent: &str) {
    service.done(&format!("/security/blacklist/{agent}/lift"), json!({ "reason": "a mistake" })).await;
}

fn accused(page: &Value) -> Vec<&str> {
    page["records"].as_array().unwrap().iter().map(|record| record["agentId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_signed_report_shuts_a_machine_out_and_can_be_lifted() {
    let service = begin().await;
    accuse(&service, "m1").await;
    assert_eq!(service.seen("/agents/m1").await["blacklisted"], true);
    let page = service.seen("/security/blacklist").await;
    let record = &page["records"][0];
    for (field, value) in signed(report("m1")).as_object().unwrap() {
        assert_eq!(&record[field], value, "{field}");
    }
    assert_eq!((&record["liftedAtMs"], &record["recordedAtMs"]), (&Value::Null, &json!(NOON)));

    service.clock.advance_ms(5);
    lift(&service, "m1").await;
    assert_eq!(service.seen("/agents/m1").await["blacklisted"], false);
    assert_eq!(accused(&service.seen("/security/blacklist").await), [] as [&str; 0]);
    let audit = service.seen("/security/blacklist/audit").await;
    let record = &audit["records"][0];
    assert_eq!((&record["liftedAtMs"], &record["liftReason"]), (&json!(NOON.0 + 5), &json!("a mistake")));
    let again = service.refused("/security/blacklist/m1/lift", json!({ "reason": "again" })).await;
    assert_eq!(again, (409, "agent_not_blacklisted".to_owned()));
}

#[tokio::test]
async fn a_report_is_refused_by_the_field_that_is_wrong() {
    let service = begin().await;
    let changes: [Change; 7] = [
        ("reason", |it| it.reason.clear()),
        ("reporterId", |it| it.reporter.clear()),
        ("evidenceHashSha256", |it| it.evidence_sha256 = "AB".repeat(32)),
        ("evidenceHashSha256", |it| it.evidence_sha256 = "ab".repeat(31)),
        ("reportedAtMs", |it| it.reported_at = UnixMillis(NOON.0 - DAY_MS - 1)),
        ("reportedAtMs", |it| it.reported_at = UnixMillis(NOON.0 + 120_001)),
        ("expiresAtMs", |it| it.expires_at = Some(NOON)),
    ];
    for (field, change) in changes {
        let mut report = report("m1");
        change(&mut report);
        assert_eq!(service.wrong_field("/security/blacklist", signed(report)).await, field);
    }
    assert_eq!(service.seen("/agents/m1").await["blacklisted"], false);
}

#[tokio::test]
async fn what_the_reporter_did_not_sign_is_no_evidence() {
    let service = begin().await;
    let mut forged = signed(report("m1"));
    forged["agentId"] = json!("m2");
    assert_eq!(service.wrong_field("/security/blacklist", forged).await, "reporterSignature");
    assert_eq!(service.refused("/security/blacklist", signed(report("ghost"))).await.0, 404);
}

#[tokio::test]
async fn reports_at_the_edge_of_their_time_are_taken_and_expire() {
    let service = begin().await;
    let old = AgentBlacklisted {
        reported_at: UnixMillis(NOON.0 - DAY_MS),
        expires_at: Some(UnixMillis(NOON.0 + 1_000)),
        ..report("m1")
    };
    service.done("/security/blacklist", signed(old)).await;
    assert_eq!(accused(&service.seen("/security/blacklist").await), ["m1"]);
    service.clock.advance_ms(1_000);
    assert_eq!(accused(&service.seen("/security/blacklist").await), [] as [&str; 0]);
}

#[tokio::test]
async fn both_lists_come_in_pages() {
    let service = begin().await;
    for name in ["m2", "m3", "m1"] {
        accuse(&service, name).await;
    }
    let first = service.seen("/security/blacklist?limit=2").await;
    assert_eq!(accused(&first), ["m1", "m2"]);
    let rest = service.seen(&format!("/security/blacklist?limit=2&before={}", first["next"])).await;
    assert_eq!((accused(&rest), &rest["next"]), (vec!["m3"], &Value::Null));

    lift(&service, "m3").await;
    let first = service.seen("/security/blacklist/audit?limit=2").await;
    assert_eq!(accused(&first), ["m1"]);
    let rest = service.seen(&format!("/security/blacklist/audit?before={}", first["next"])).await;
    assert_eq!((accused(&rest), &rest["next"]), (vec!["m3", "m2"], &Value::Null));
    assert_eq!(rest["records"][0]["liftReason"], "a mistake");
    assert_eq!(service.get("/security/blacklist?after=m1").await.status, StatusCode::BAD_REQUEST);
}
