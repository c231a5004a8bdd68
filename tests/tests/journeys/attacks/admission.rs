//! Who is let in as a machine? Registration with nobody's token, somebody else's, or another key.

use super::{house::House, machine::Machine};
use edgecoder_events::agent::KeysStatement;
use edgecoder_wire::agents::Register;
use serde_json::json;

#[test]
fn a_machine_without_its_own_token_stays_outside() {
    let Some(house) = House::open() else { return };
    let (of_ann, _of_bob) = (house.admitted("ann"), house.admitted("bob"));
    let account = house.account("carol", 0);
    let mut bob = Machine::new("bob", 2);
    for token in [None, Some(""), Some("any string"), Some(of_ann.as_str()), Some(account.as_str())] {
        assert_eq!(bob.registers(&house, token).problem(), (403, "registration_token_invalid".into()), "{token:?}");
    }
    assert_eq!(bob.registers(&house, Some(&house.operator())).status, 403, "the administrator's token admits nobody");
    let mut stranger = Machine::new("never-enrolled", 3);
    assert_eq!(stranger.registers(&house, Some(&of_ann)).problem().0, 403);
}

#[test]
fn an_older_token_is_worth_nothing_and_approval_comes_first() {
    let Some(house) = House::open() else { return };
    house.account("ann", 0);
    let (older, newer) = (house.enrolled("ann", "ann"), house.enrolled("ann", "ann"));
    let mut ann = Machine::new("ann", 1);
    assert_eq!(ann.registers(&house, Some(&older)).problem().1, "registration_token_invalid");
    assert_eq!(ann.registers(&house, Some(&newer)).problem(), (403, "node_not_activated".into()));
    let body = json!({ "nodeId": "ann", "nodeKind": "agent", "ownerAccountId": "mallory" });
    house.account("mallory", 0);
    assert_eq!(house.operate("/nodes/enroll", &body).problem(), (409, "node_owned_by_another".into()));
}

#[test]
fn a_registered_key_is_replaced_only_by_its_holder() {
    let Some(house) = House::open() else { return };
    let token = house.admitted("ann");
    let mut ann = Machine::new("ann", 1);
    ann.registers(&house, Some(&token)).success();
    let mut thief = Machine::new("ann", 666);
    assert_eq!(thief.registers(&house, Some(&token)).problem(), (401, "signature_invalid".into()));
    assert_eq!(house.ask(&thief.pull(0)).problem(), (401, "signature_invalid".into()));
    // The log keeps who brought the keys: the request's signature is not enough.
    let mut next = ann.registration(None);
    next.signing_key = thief.keys.signing_key();
    for wrong in [next.keys_signature, thief.keys.sign_own_keys(&ann.id)] {
        next.keys_signature = wrong;
        assert_eq!(house.ask(&ann.signed("/register", &next)).json()["field"], "keysSignature");
    }
    // Signed by the old key, it is the owner's own wish; from then on the old key is nobody's.
    let &Register { signing_key, envelope_key, .. } = &next;
    let statement = KeysStatement { agent: &ann.id, signing_key, envelope_key }.to_string();
    next.keys_signature = ann.keys.sign(statement.as_bytes());
    house.ask(&ann.signed("/register", &next)).success();
    assert_eq!(house.ask(&ann.pull(0)).problem().0, 401);
    house.ask(&thief.pull(0)).success();
}

#[test]
fn a_stranger_with_a_key_of_its_own_leaves_no_trace_in_the_memory_of_nonces() {
    let Some(house) = House::open() else { return };
    house.admitted("ann");
    for seed in 0..20 {
        let mut stranger = Machine::new(if seed % 2 == 0 { "ann" } else { "nobody" }, seed);
        assert_eq!(stranger.registers(&house, Some("guess")).status, 403);
    }
    assert_eq!(house.file("nonces"), "", "requests of strangers would crowd out those of honest machines");
}

#[test]
fn a_machine_reports_a_bounded_number_of_models_whenever_it_reports_them() {
    let Some(house) = House::open() else { return };
    let mut ann = Machine::at_work(&house, "ann", 1);
    let models: Vec<String> = (0..1_000).map(|number| format!("model-{number}")).collect();
    let before = house.log_size();
    let answer = house.ask(&ann.signed("/heartbeat", &json!({ "agentId": "ann", "models": models })));
    assert_eq!((answer.problem(), answer.json()["field"].as_str()), ((400, "invalid_field".into()), Some("models")));
    assert_eq!(house.log_size(), before);
}

#[test]
fn a_machine_that_flaps_fills_the_log_at_a_bounded_pace() {
    let Some(house) = House::open() else { return };
    let mut ann = Machine::at_work(&house, "ann", 1);
    let statuses: Vec<u16> = (0..200)
        .map(|number| {
            let models = [format!("model-{number}")];
            house.ask(&ann.signed("/heartbeat", &json!({ "agentId": "ann", "models": models }))).status
        })
        .collect();
    assert!(statuses.contains(&429), "200 changes in a row were recorded for ever");
    house.ask(&ann.pull(0)).success();
}
