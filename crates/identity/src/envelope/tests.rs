use super::*;
use crate::NodeKeys;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

fn keys(seed: u64) -> NodeKeys {
    NodeKeys::generate(&mut StdRng::seed_from_u64(seed))
}

fn lease() -> Lease {
    Lease {
        task: TaskId::new("task-7").unwrap(),
        subtask: SubtaskIndex(2),
        attempt: 1,
        agent: AgentId::new("ann").unwrap(),
    }
}

fn sealed(plain: &[u8], direction: Direction) -> Envelope {
    seal(plain, direction, &lease(), &keys(1).envelope_key(), &mut StdRng::seed_from_u64(2)).unwrap()
}

#[test]
fn an_envelope_opens_for_its_machine_alone() {
    let envelope = sealed(b"print(1)", Direction::Task);
    assert_eq!(keys(1).open(&envelope, Direction::Task, &lease()).unwrap(), b"print(1)");
    assert_eq!(keys(3).open(&envelope, Direction::Task, &lease()), Err(OpenError));
}

#[test]
fn an_envelope_opens_for_its_lease_alone() {
    let envelope = sealed(b"print(1)", Direction::Task);
    let others = [
        Lease { task: TaskId::new("task-8").unwrap(), ..lease() },
        Lease { subtask: SubtaskIndex(3), ..lease() },
        Lease { attempt: 2, ..lease() },
        Lease { agent: AgentId::new("bob").unwrap(), ..lease() },
    ];
    for other in others {
        assert_eq!(keys(1).open(&envelope, Direction::Task, &other), Err(OpenError), "{other:?}");
    }
}

#[test]
fn a_task_is_never_taken_for_a_reply() {
    assert_eq!(keys(1).open(&sealed(b"x", Direction::Task), Direction::Reply, &lease()), Err(OpenError));
    assert_eq!(keys(1).open(&sealed(b"x", Direction::Reply), Direction::Task, &lease()), Err(OpenError));
}

#[test]
fn a_reply_opens_after_the_coordinator_restarted() {
    let home = tempfile::tempdir().unwrap();
    let start = |seed| {
        NodeKeys::load_or_create(&home.path().join("coordinator.key"), &mut StdRng::seed_from_u64(seed)).unwrap()
    };
    let published = start(1).envelope_key();
    let reply = seal(b"42", Direction::Reply, &lease(), &published, &mut StdRng::seed_from_u64(5)).unwrap();
    assert_eq!(start(2).open(&reply, Direction::Reply, &lease()).unwrap(), b"42");
}

#[test]
fn keys_that_give_everybody_the_same_secret_are_refused() {
    let mut one = [0; 32];
    one[0] = 1;
    for weak in [[0; 32], one] {
        let answer = seal(b"x", Direction::Task, &lease(), &PublicKey(weak), &mut StdRng::seed_from_u64(2));
        assert_eq!(answer, Err(SealError::WeakKey));
        let forged = Envelope { ephemeral_public_key: weak, ..sealed(b"x", Direction::Task) };
        assert_eq!(keys(1).open(&forged, Direction::Task, &lease()), Err(OpenError));
    }
}

#[test]
fn more_than_an_envelope_holds_is_refused() {
    let large = vec![0; MAX_PLAIN_BYTES + 1];
    let answer = seal(&large, Direction::Task, &lease(), &keys(1).envelope_key(), &mut StdRng::seed_from_u64(2));
    assert_eq!(answer, Err(SealError::TooLarge { got: large.len() }));
}

#[test]
fn json_names_three_base64_fields_and_takes_no_other() {
    let envelope = sealed(b"print(1)", Direction::Task);
    let json = serde_json::to_value(&envelope).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["ciphertext", "ephemeralPublicKey", "nonce"]);
    let change = |name: &str, value: &str| {
        let mut changed = json.clone();
        changed[name] = value.into();
        serde_json::from_value::<Envelope>(changed)
    };
    assert!(change("nonce", "AAAA").is_err() && change("nonce", "!").is_err() && change("tag", "AAAA").is_err());
    assert_eq!(change("ciphertext", json["ciphertext"].as_str().unwrap()).unwrap(), envelope);
}

proptest! {
    #[test]
    fn what_was_sealed_comes_back(plain in proptest::collection::vec(any::<u8>(), 0..500), seed: u64) {
        let (recipient, mut rng) = (keys(seed), StdRng::seed_from_u64(seed ^ 1));
        let envelope = seal(&plain, Direction::Reply, &lease(), &recipient.envelope_key(), &mut rng).unwrap();
        let sent = serde_json::to_string(&envelope).unwrap();
        let received: Envelope = serde_json::from_str(&sent).unwrap();
        prop_assert_eq!(recipient.open(&received, Direction::Reply, &lease()).unwrap(), plain);
    }

    #[test]
    fn no_bit_of_an_envelope_changes_unnoticed(place: proptest::sample::Index, bit in 0..8) {
        let mut envelope = sealed(b"print(1)", Direction::Task);
        let bytes = envelope.ephemeral_public_key.iter_mut().chain(&mut envelope.nonce).chain(&mut envelope.ciphertext);
        let mut bytes: Vec<&mut u8> = bytes.collect();
        *bytes[place.index(32 + 12 + 8 + 16)] ^= 1_u8 << bit;
        prop_assert_eq!(keys(1).open(&envelope, Direction::Task, &lease()), Err(OpenError));
    }
}
