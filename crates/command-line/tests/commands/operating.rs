//! Agents, accounts, status.

use crate::{
    service::Service,
    typed::{PLAIN, operator_without_account, person, program, typed_with_key, usage},
};
use edgecoder_command_line::ExitCode;
use edgecoder_events::blacklist::AgentBlacklisted;
use edgecoder_identity::evidence;
use edgecoder_wire::nodes::BlacklistReport;
use insta::assert_snapshot;
use serde_json::{Value, json};

fn agent(name: &str) -> Value {
    json!({ "agentId": name, "kind": "agent", "ownerAccountId": "bob", "standing": "pending", "registered": true,
        "online": true, "blacklisted": false, "mode": "swarm-only", "os": "linux\u{1b}[2J", "version": "0.1.0",
        "sandboxMode": "wasm", "maxConcurrentTasks": 2, "languages": ["python"], "models": ["qwen2.5-coder:7b"],
        "finishedSubtasks": 5, "failedSubtasks": 1 })
}

fn balance() -> Value {
    json!({ "accountId": "ann", "availableMicroCredits": 99_500_000, "reservedMicroCredits": 500_000, "position": 4 })
}

#[tokio::test]
async fn machines_are_listed_and_one_is_found_on_a_later_page() {
    let service = Service::start().await;
    service.on_json("GET /agents?limit=50", &json!({ "agents": [agent("worker-1")], "next": "worker-1" }));
    service.on_json("GET /agents?limit=200", &json!({ "agents": [agent("worker-1")], "next": "worker-1" }));
    service.on_json("GET /agents?after=worker-1&limit=200", &json!({ "agents": [agent("worker-2")], "next": null }));
    let listed = person(&service, &["agent", "list"]).await;
    let shown = person(&service, &["agent", "show", "worker-2"]).await;
    assert_snapshot!(format!("{}{}\n{}", listed.out, listed.err, shown.out));
    assert_eq!(service.asked()[0].token.as_deref(), Some("Bearer ec_op_secret"));
    let missing = person(&service, &["agent", "show", "worker-3"]).await;
    assert!(missing.refusal().starts_with("there is no machine worker-3"));
}

#[tokio::test]
async fn a_wallet_that_lost_its_token_gets_one_more_and_a_mistyped_name_opens_none() {
    let service = Service::start().await;
    service.on_json("GET /credits/ann/balance", &balance());
    let given = json!({ "accountId": "ann", "tokenId": "0123", "token": "ec_acct_second" });
    service.on_json("POST /credits/accounts?newToken=true", &given);
    let outcome = person(&service, &["account", "token", "new", "ann"]).await;
    for told in ["ec_acct_second", "edgecoder account token list ann, then: edgecoder account token revoke ann ID"] {
        assert!(outcome.out.contains(told), "{}", outcome.out);
    }
    service.on_problem("GET /credits/anm/balance", 404, "account_not_found", "there is no account of this name");
    let mistyped = person(&service, &["account", "token", "new", "anm"]).await;
    let refusal = mistyped.refusal();
    assert!(refusal.contains("there is no account of this name; open one with: edgecoder account create"), "{refusal}");
    assert_eq!(service.asked_lines().iter().filter(|line| line.starts_with("POST")).count(), 1);
    service.on_problem("POST /credits/accounts", 409, "account_exists", "an account of this name is open already");
    let again = person(&service, &["account", "create", "ann"]).await.refusal();
    assert!(again.contains("edgecoder account token new NAME"), "{again}");
}

#[tokio::test]
async fn what_an_operator_says_of_a_machine_is_sent_as_typed() {
    let service = Service::start().await;
    service.on_done("POST /agents/w/approval").on_done("POST /agents/w/mode").on_done("POST /agents/w/power");
    service.on_done("POST /security/blacklist/w/lift");
    let enrolled = json!({ "nodeId": "w", "registrationToken": "ec_node_once", "replacesToken": false });
    service.on_json("POST /nodes/enroll", &enrolled);
    for words in [
        &["agent", "enroll", "w", "--owner", "bob"][..],
        &["agent", "approve", "w"],
        &["agent", "reject", "w", "--reason", "not ours"],
        &["agent", "mode", "w", "ide-enabled"],
        &["agent", "power", "w", "--mains-only", "--hours", "22-6", "--at-most", "2"],
        &["agent", "power", "w", "--always"],
        &["agent", "blacklist-lift", "w", "--reason", "a mistake"],
    ] {
        assert_eq!(person(&service, words).await.ended.unwrap(), ExitCode::Success);
    }
    let bodies = service.asked().into_iter().map(|asked| asked.body).collect::<Vec<_>>();
    let expected = [
        json!({ "nodeId": "w", "nodeKind": "agent", "ownerAccountId": "bob" }),
        json!({ "approved": true, "reason": null }),
        json!({ "approved": false, "reason": "not ours" }),
        json!({ "mode": "ide-enabled" }),
        json!({ "power": "mains", "hours": { "from": 22, "until": 6 }, "maxTasks": 2 }),
        json!({ "power": "any", "hours": null, "maxTasks": null }),
        json!({ "reason": "a mistake" }),
    ];
    assert_eq!(bodies, expected);
    assert!(usage(&["agent", "reject", "w"]).contains("--reason"));
    assert!(usage(&["agent", "power", "w"]).contains("--always"));
    assert!(usage(&["agent", "power", "w", "--hours", "6-6"]).contains("two different hours"));
}

#[tokio::test]
async fn who_enrolls_a_machine_again_reads_that_the_token_before_is_void() {
    for (replaces, words) in
        [(false, "w is enrolled;"), (true, "w was enrolled before, and the token that it got then is void;")]
    {
        let service = Service::start().await;
        let enrolled = json!({ "nodeId": "w", "registrationToken": "ec_node_once", "replacesToken": replaces });
        service.on_json("POST /nodes/enroll", &enrolled);
        let outcome = person(&service, &["agent", "enroll", "w", "--owner", "bob"]).await;
        assert!(outcome.out.contains(words), "{}", outcome.out);
    }
}

#[tokio::test]
async fn a_report_is_signed_over_the_hash_of_its_evidence_with_a_key_that_stays() {
    let service = Service::start().await;
    service.on_done("POST /security/blacklist");
    let folder = tempfile::tempdir().unwrap();
    let (proof, key) = (folder.path().join("proof.log"), folder.path().join("keys/reporter"));
    std::fs::write(&proof, "abc").unwrap();
    let proof = proof.to_str().unwrap();
    let words = ["agent", "blacklist", "w", "--reason-code", "forged_results", "--reason", "lies", "--evidence", proof];
    let words = [&words[..], &["--expires", "1d"]].concat();
    for _ in 0..2 {
        typed_with_key(&service.address, PLAIN, &words, key.clone()).await.ended.unwrap();
    }
    let asked = service.asked();
    let sent: BlacklistReport = serde_json::from_value(asked[0].body.clone()).unwrap();
    assert_eq!(sent.evidence_hash_sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(sent.expires_at_ms.unwrap().ms_since(sent.reported_at_ms), 86_400_000);
    assert_eq!(asked[0].body["reporterPublicKey"], asked[1].body["reporterPublicKey"]);
    let recorded = AgentBlacklisted {
        agent: sent.agent_id,
        reason_code: sent.reason_code,
        reason: sent.reason,
        evidence_sha256: sent.evidence_hash_sha256,
        reported_at: sent.reported_at_ms,
        expires_at: sent.expires_at_ms,
        reporter: sent.reporter_id,
        reporter_key: sent.reporter_public_key,
        reporter_signature: sent.reporter_signature,
    };
    assert_eq!(evidence::verify(&recorded), Ok(()));
}

#[tokio::test]
async fn evidence_that_is_not_there_is_found_before_anything_is_sent() {
    let service = Service::start().await;
    let words = ["agent", "blacklist", "w", "--reason-code", "abuse_spam", "--reason", "x", "--evidence", "no/file"];
    let outcome = person(&service, &words).await;
    assert_eq!(outcome.ended.unwrap_err().exit_code(), ExitCode::Usage);
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn a_wallet_is_opened_filled_and_read() {
    let service = Service::start().await;
    service
        .on_json("POST /credits/accounts", &json!({ "accountId": "ann", "tokenId": "ab12", "token": "ec_acct_once" }));
    service.on_json("POST /credits/ann/faucet", &balance()).on_json("GET /credits/ann/balance", &balance());
    let movement = json!({ "position": 4, "recordedAtMs": 1_800_000_000_000_u64, "kind": "reserved",
        "availableDelta": -500_000, "reservedDelta": 500_000, "taskId": "01-primes", "counterparty": null });
    service.on_json("GET /credits/ann/history?limit=20", &json!({ "movements": [movement], "next": 4 }));
    let mut told = String::new();
    for words in [&["create", "ann"][..], &["faucet", "ann", "100"], &["balance", "ann"], &["history", "ann"]] {
        let outcome = person(&service, &[&["account"], words].concat()).await;
        told += &(outcome.out + &outcome.err);
    }
    assert_snapshot!(told);
    assert_eq!(service.asked()[1].body, json!({ "credits": 100 }));
    let outcome = program(&service, &["account", "balance", "ann"]).await;
    assert_eq!(serde_json::from_str::<Value>(&outcome.out).unwrap(), balance());
}

#[tokio::test]
async fn the_tokens_of_a_wallet_are_listed_and_one_is_revoked() {
    let service = Service::start().await;
    let tokens = json!({ "accountId": "ann", "tokens": [{ "tokenId": "ab12", "givenAtMs": 1_800_000_000_000_u64 }] });
    service.on_json("GET /credits/ann/tokens", &tokens).on_done("POST /credits/ann/tokens/ab12/revoke");
    let listed = person(&service, &["account", "token", "list", "ann"]).await;
    assert!(listed.out.lines().any(|line| line.starts_with("ab12 ")), "{}", listed.out);
    let revoked = person(&service, &["account", "token", "revoke", "ann", "ab12"]).await;
    assert_eq!(revoked.out, "ab12 speaks for ann no longer\n");
    assert_eq!(service.asked_lines()[1], "POST /credits/ann/tokens/ab12/revoke");
}

#[tokio::test]
async fn a_wallet_is_forgotten_only_where_it_is_meant() {
    let service = Service::start().await;
    assert!(usage(&["account", "forget", "ann"]).contains("--yes"));
    service.on_json("POST /credits/ann/forget", &json!({ "accountId": "ann", "position": 7 }));
    service.on_json("POST /credits/bob/forget", &json!({ "accountId": "bob", "position": null }));
    let ann = person(&service, &["account", "forget", "ann", "--yes", "--reason", "left"]).await;
    assert_eq!(ann.out, "ann is forgotten, as entry 7 of the log says; its credit stays\n");
    assert_eq!(service.asked()[0].body, json!({ "confirm": "ann", "reason": "left" }));
    let bob = person(&service, &["account", "forget", "bob", "--yes"]).await;
    assert_eq!(bob.out, "bob had nothing sealed: there was nothing to forget\n");
}

#[tokio::test]
async fn the_status_is_one_picture_of_queue_machines_models_and_log() {
    let service = Service::start().await;
    let status = json!({ "queued": 3, "leased": 2, "agents": 2, "preparing": [],
        "ledgerSize": 40, "ledgerHead": "ab12" });
    let totals = json!({ "agentsConnected": 2, "totalCapacity": 4, "swarmEnabledCount": 1, "ideEnabledCount": 1,
        "blacklistedAgents": 0 });
    service.on_json("GET /status", &status);
    service.on_json("GET /models/available", &json!([{ "model": "qwen2.5-coder:7b", "agentCount": 2 }]));
    service.on_json("GET /capacity", &json!({ "totals": totals, "agents": [] }));
    let outcome = person(&service, &["status"]).await;
    assert_snapshot!(outcome.out.replace(&service.address, "[address]"));
    let outcome = program(&service, &["status"]).await;
    let answer: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((&answer["status"], &answer["capacity"]), (&status, &totals));
    let earlier = service.asked().len();
    assert!(operator_without_account(&service, &["status"]).await.out.contains("room for 4 subtasks"));
    let tokens = service.asked().split_off(earlier).into_iter().map(|asked| asked.token.unwrap());
    assert!(tokens.eq(vec!["Bearer ec_op_secret"; 3]), "an operator sees the swarm without an account");
}

#[tokio::test]
async fn somebody_becomes_an_operator_and_is_none_again() {
    let service = Service::start().await;
    service.on_done("POST /people/p-eve/role");
    let given = person(&service, &["person", "role", "p-eve", "operator"]).await;
    let taken = person(&service, &["person", "role", "p-eve", "operator", "--take"]).await;
    let told = ["p-eve has the role operator from now on\n", "p-eve has the role operator no longer\n"];
    assert_eq!([given.out, taken.out], told);
    let bodies = service.asked().into_iter().map(|asked| asked.body).collect::<Vec<_>>();
    let expected = [json!({ "role": "operator", "given": true }), json!({ "role": "operator", "given": false })];
    assert_eq!(bodies, expected);
    assert!(usage(&["person", "role", "p-eve", "king"]).contains("operator"));
}
