//! What is refused? Every rule of sections 7.1 and 7.2 that keeps a stranger out, with the answer that breaks it alone.

use crate::{
    LogInAnswer, LoggedIn, MAX_ANSWER_BYTES, MAX_PASSKEYS_PER_ACCOUNT, Passkey, Refusal, TooManyPasskeys, UserHandle,
    authenticator::{Authenticator, Key, NOW, attestation_object, chance, person, site},
    authenticator_data::AuthenticatorData,
    bytes::Base64Url,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn log_in(authenticator: &Authenticator, passkey: &Passkey) -> Result<LoggedIn, Refusal> {
    let (options, log_in) = site().begin_log_in(&mut chance(3), NOW);
    let answer = LogInAnswer::parse(&authenticator.get(&options))?;
    site().finish_log_in(log_in, &answer, passkey, NOW)
}

/// Registers honestly, then logs in as `change` says.
fn after(change: impl FnOnce(&mut Authenticator)) -> Result<LoggedIn, Refusal> {
    let mut authenticator = Authenticator::new(Key::es256());
    let passkey = authenticator.register(&site());
    authenticator.counter += 1;
    change(&mut authenticator);
    log_in(&authenticator, &passkey)
}

fn registering(change: impl FnOnce(&mut Authenticator)) -> Result<Passkey, Refusal> {
    let mut authenticator = Authenticator::new(Key::es256());
    change(&mut authenticator);
    authenticator.try_register(&site())
}

/// An honest answer to a log-in, with one field of the JSON changed.
fn with(change: impl FnOnce(&mut Value)) -> Result<LoggedIn, Refusal> {
    let mut authenticator = Authenticator::new(Key::es256());
    let passkey = authenticator.register(&site());
    authenticator.counter += 1;
    let (options, log_in) = site().begin_log_in(&mut chance(3), NOW);
    let mut answer = serde_json::from_slice(&authenticator.get(&options)).unwrap();
    change(&mut answer);
    let answer = LogInAnswer::parse(&serde_json::to_vec(&answer).unwrap())?;
    site().finish_log_in(log_in, &answer, &passkey, NOW)
}

#[test]
fn every_kind_of_key_registers_is_stored_and_logs_in() {
    for key in Key::all() {
        let mut authenticator = Authenticator::new(key);
        let passkey = authenticator.register(&site());
        let stored = serde_json::to_string(&passkey).unwrap();
        assert_eq!(serde_json::from_str::<Passkey>(&stored).unwrap(), passkey);
        assert_eq!(passkey.id().to_string().parse(), Ok(passkey.id().clone()));
        authenticator.counter = 9;
        let logged_in = log_in(&authenticator, &passkey).unwrap();
        assert!(logged_in.user_verified);
        assert_eq!(logged_in.passkey, Passkey { counter: 9, ..passkey });
    }
}

#[test]
fn what_was_begun_survives_being_stored() {
    let handle = UserHandle::draw(&mut chance(1));
    let (options, registration) = site().begin_registration(&person(&handle), &mut chance(2), NOW).unwrap();
    let registration = serde_json::from_str(&serde_json::to_string(&registration).unwrap()).unwrap();
    let answer = Authenticator::new(Key::es256()).create(&options);
    let passkey = site().finish_registration(registration, &answer, NOW).unwrap();
    assert_eq!(passkey.user_handle(), &handle);
}

#[test]
fn the_options_are_what_browsers_parse() {
    let handle = UserHandle::draw(&mut chance(1));
    let known = [Authenticator::new(Key::es256()).register(&site())];
    let ada = crate::Person { passkeys: &known, ..person(&handle) };
    let (options, registration) = site().begin_registration(&ada, &mut chance(2), NOW).unwrap();
    let expected = json!({
        "rp": { "id": "code.example", "name": "EdgeCoder" },
        "user": { "id": handle, "name": "ada@code.example", "displayName": "Ada" },
        "challenge": registration.challenge.bytes,
        "pubKeyCredParams": [
            { "type": "public-key", "alg": -8 }, { "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 },
        ],
        "timeout": 300_000,
        "excludeCredentials": [{ "type": "public-key", "id": known[0].id(), "transports": ["hybrid", "internal"] }],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "preferred",
        },
        "attestation": "none",
        "extensions": { "credProps": true },
    });
    assert_eq!(serde_json::to_value(options).unwrap(), expected);
    let (options, log_in) = site().begin_log_in(&mut chance(3), NOW);
    let expected = json!({
        "challenge": log_in.challenge.bytes, "timeout": 300_000, "rpId": "code.example", "allowCredentials": [],
        "userVerification": "preferred",
    });
    assert_eq!(serde_json::to_value(options).unwrap(), expected);
}

#[test]
fn challenges_and_handles_differ() {
    let mut rng = chance(4);
    assert_ne!(UserHandle::draw(&mut rng), UserHandle::draw(&mut rng));
    let (_, first) = site().begin_log_in(&mut rng, NOW);
    let (_, second) = site().begin_log_in(&mut rng, NOW);
    assert_ne!(first.challenge.bytes, second.challenge.bytes);
}

#[test]
fn an_account_has_a_bounded_number_of_passkeys() {
    let handle = UserHandle::draw(&mut chance(1));
    let passkey = Authenticator::new(Key::es256()).register(&site());
    let many = vec![passkey; MAX_PASSKEYS_PER_ACCOUNT];
    let begin = |passkeys: &[Passkey]| {
        let ada = crate::Person { passkeys, ..person(&handle) };
        site().begin_registration(&ada, &mut chance(2), NOW).map(|_| ())
    };
    assert_eq!(begin(&many), Err(TooManyPasskeys));
    assert_eq!(begin(&many[1..]), Ok(()));
}

#[test]
fn an_answer_made_on_another_page_is_refused() {
    let elsewhere =
        |authenticator: &mut Authenticator| authenticator.origin = "https://code.example.evil.example".into();
    assert_eq!(after(elsewhere).unwrap_err(), Refusal::OtherOrigin);
    assert_eq!(registering(elsewhere).unwrap_err(), Refusal::OtherOrigin);
    let other_port = |authenticator: &mut Authenticator| authenticator.origin = "https://code.example:8443".into();
    assert_eq!(after(other_port).unwrap_err(), Refusal::OtherOrigin);
}

#[test]
fn an_answer_made_for_another_site_is_refused() {
    let elsewhere = |authenticator: &mut Authenticator| authenticator.domain = "evil.example".into();
    assert_eq!(after(elsewhere).unwrap_err(), Refusal::OtherSite);
    assert_eq!(registering(elsewhere).unwrap_err(), Refusal::OtherSite);
}

#[test]
fn an_answer_made_inside_another_page_is_refused() {
    let framed = |authenticator: &mut Authenticator| authenticator.cross_origin = true;
    assert_eq!(after(framed).unwrap_err(), Refusal::InAnotherPage);
    assert_eq!(registering(framed).unwrap_err(), Refusal::InAnotherPage);
}

#[test]
fn without_a_touch_nobody_is_let_in() {
    let untouched = |authenticator: &mut Authenticator| authenticator.flags = 0x04;
    assert_eq!(after(untouched).unwrap_err(), Refusal::NobodyPresent);
    assert_eq!(registering(untouched).unwrap_err(), Refusal::NobodyPresent);
}

#[test]
fn a_touch_without_verification_is_told_apart() {
    assert!(!after(|authenticator| authenticator.flags = 0x01).unwrap().user_verified);
}

#[test]
fn an_answer_seen_before_is_refused() {
    let mut authenticator = Authenticator::new(Key::es256());
    let passkey = authenticator.register(&site());
    let mut rng = chance(3);
    let (options, _begun) = site().begin_log_in(&mut rng, NOW);
    let (_, begun_again) = site().begin_log_in(&mut rng, NOW);
    let overheard = LogInAnswer::parse(&authenticator.get(&options)).unwrap();
    let replayed = site().finish_log_in(begun_again, &overheard, &passkey, NOW);
    assert_eq!(replayed.unwrap_err(), Refusal::OtherChallenge);
}

#[test]
fn an_answer_that_took_too_long_is_refused() {
    let mut authenticator = Authenticator::new(Key::es256());
    let passkey = authenticator.register(&site());
    authenticator.counter += 1;
    let (options, log_in) = site().begin_log_in(&mut chance(3), NOW);
    let answer = LogInAnswer::parse(&authenticator.get(&options)).unwrap();
    let in_time = NOW.plus_ms(crate::CEREMONY_MS);
    assert!(site().finish_log_in(log_in.clone(), &answer, &passkey, in_time).is_ok());
    let late = site().finish_log_in(log_in, &answer, &passkey, in_time.plus_ms(1));
    assert_eq!(late.unwrap_err(), Refusal::Expired);
}

#[test]
fn a_counter_that_does_not_go_up_tells_of_a_copy() {
    let at = |kept, shown| {
        let mut authenticator = Authenticator::new(Key::es256());
        authenticator.counter = kept;
        let passkey = authenticator.register(&site());
        authenticator.counter = shown;
        log_in(&authenticator, &passkey).map(|logged_in| logged_in.passkey.counter)
    };
    assert_eq!(at(5, 6), Ok(6));
    assert_eq!(at(0, 0), Ok(0), "synchronised passkeys do not count");
    assert_eq!(at(5, 5), Err(Refusal::CounterWentBack { kept: 5, shown: 5 }));
    assert_eq!(at(5, 4), Err(Refusal::CounterWentBack { kept: 5, shown: 4 }));
    assert_eq!(at(5, 0), Err(Refusal::CounterWentBack { kept: 5, shown: 0 }));
}

#[test]
fn another_passkey_of_the_same_id_does_not_log_in() {
    assert_eq!(after(|authenticator| authenticator.key = Key::es256()).unwrap_err(), Refusal::BadSignature);
}

#[test]
fn a_passkey_logs_in_to_no_account_but_its_own() {
    let stranger = UserHandle::draw(&mut chance(9));
    assert_eq!(after(|authenticator| authenticator.handle = Some(stranger.0)).unwrap_err(), Refusal::OtherAccount);
    assert_eq!(after(|authenticator| authenticator.handle = None).unwrap_err(), Refusal::NotDiscoverable);
}

#[test]
fn a_passkey_that_was_not_looked_up_is_refused() {
    assert_eq!(after(|authenticator| authenticator.id = vec![8; 20]).unwrap_err(), Refusal::OtherPasskey);
}

#[test]
fn what_an_authenticator_says_of_its_backup_does_not_change() {
    assert_eq!(after(|authenticator| authenticator.flags = 0x0d).unwrap_err(), Refusal::OtherBackup);
    assert_eq!(after(|authenticator| authenticator.flags = 0x15).unwrap_err(), Refusal::OtherBackup);
    assert!(registering(|authenticator| authenticator.flags = 0x1d).unwrap().is_backed_up());
}

#[test]
fn a_passkey_that_needs_a_name_is_not_registered() {
    let refused = registering(|authenticator| authenticator.extensions = json!({ "credProps": { "rk": false } }));
    assert_eq!(refused.unwrap_err(), Refusal::NotDiscoverable);
    assert!(registering(|authenticator| authenticator.extensions = json!({})).is_ok(), "not every browser says");
}

#[test]
fn a_registration_is_no_log_in() {
    let refused = with(|answer| {
        let client_data: Base64Url = serde_json::from_value(answer["response"]["clientDataJSON"].clone()).unwrap();
        let text = String::from_utf8(client_data.0).unwrap().replace("webauthn.get", "webauthn.create");
        answer["response"]["clientDataJSON"] = json!(Base64Url(text.into_bytes()));
    });
    assert_eq!(refused.unwrap_err(), Refusal::Unreadable("registering is not logging in"));
}

#[test]
fn a_changed_answer_is_refused() {
    assert!(with(|_| ()).is_ok());
    let refused = |change: fn(&mut Value)| with(change).unwrap_err();
    assert_eq!(refused(|answer| answer["rawId"] = json!("AAAA")), unreadable("id and rawId say different things"));
    let of_form = unreadable("a field is missing or not of its form");
    assert_eq!(refused(|answer| answer["type"] = json!("password")), of_form);
    assert_eq!(refused(|answer| answer["response"]["signature"] = json!("++")), of_form);
    assert_eq!(refused(|answer| answer["response"]["signature"] = json!("")), Refusal::BadSignature);
    let too_long = |answer: &mut Value| answer["response"]["more"] = json!("x".repeat(MAX_ANSWER_BYTES));
    assert_eq!(refused(too_long), Refusal::TooLong);
}

fn unreadable(what: &'static str) -> Refusal {
    Refusal::Unreadable(what)
}

#[test]
fn a_key_that_cannot_sign_is_not_registered() {
    let mut authenticator = Authenticator::new(Key::es256());
    let mut data = authenticator.authenticator_data(true);
    let off_the_curve = data.len() - 1;
    data[off_the_curve] ^= 1;
    assert_eq!(AuthenticatorData::read(&data, &site()).unwrap_err(), Refusal::UnknownKey);
    authenticator.id = vec![7; 1024];
    let too_long = AuthenticatorData::read(&authenticator.authenticator_data(true), &site());
    assert_eq!(too_long.unwrap_err(), unreadable("a credential id is longer than WebAuthn allows"));
}

#[test]
fn every_truncation_and_every_addition_is_refused() {
    let mut authenticator = Authenticator::new(Key::es256());
    authenticator.handle = None;
    let whole = authenticator.authenticator_data(true);
    assert!(AuthenticatorData::read(&whole, &site()).is_ok());
    for length in 0..whole.len() {
        assert!(AuthenticatorData::read(&whole[..length], &site()).is_err(), "{length} bytes");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert_eq!(
        AuthenticatorData::read(&longer, &site()).unwrap_err(),
        unreadable("bytes follow the authenticator's data")
    );
}

/// Sends an attestation object to a registration that waits for its challenge.
fn register_with(attestation: Vec<u8>) -> Result<Passkey, Refusal> {
    let handle = UserHandle::draw(&mut chance(1));
    let (options, registration) = site().begin_registration(&person(&handle), &mut chance(2), NOW).unwrap();
    let honest = Authenticator::new(Key::es256()).create(&options);
    let mut answer: Value = serde_json::from_slice(&honest).unwrap();
    answer["response"]["attestationObject"] = json!(Base64Url(attestation));
    site().finish_registration(registration, &serde_json::to_vec(&answer).unwrap(), NOW)
}

#[test]
fn a_truncated_attestation_is_refused() {
    let whole = attestation_object(&Authenticator::new(Key::es256()).authenticator_data(true));
    assert!(register_with(whole.clone()).is_ok());
    for length in 0..whole.len() {
        assert!(register_with(whole[..length].to_vec()).is_err(), "{length} bytes");
    }
    let twice = b"\xa2\x68authData\x41x\x68authData\x41x".to_vec();
    assert!(register_with(twice).is_err());
}

#[test]
fn a_registration_without_a_passkey_is_refused() {
    let without = attestation_object(&Authenticator::new(Key::es256()).authenticator_data(false));
    assert_eq!(register_with(without).unwrap_err(), unreadable("there is no new passkey in it"));
}

#[test]
fn another_id_outside_than_inside_is_refused() {
    let mut other = Authenticator::new(Key::es256());
    other.id = vec![8; 20];
    let refused = register_with(attestation_object(&other.authenticator_data(true)));
    assert_eq!(refused.unwrap_err(), unreadable("the browser and the authenticator name different passkeys"));
}

proptest! {
    #[test]
    fn any_bytes_of_an_authenticator_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(register_with(bytes).is_err());
    }

    #[test]
    fn any_bytes_after_an_honest_head_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut data = Authenticator::new(Key::es256()).authenticator_data(false);
        data[32] |= 0xc0;
        data.extend(bytes);
        prop_assert!(AuthenticatorData::read(&data, &site()).is_err());
    }

    #[test]
    fn any_text_is_refused_as_an_answer(text in ".{0,200}") {
        prop_assert!(LogInAnswer::parse(text.as_bytes()).is_err());
    }

    #[test]
    fn one_flipped_bit_of_what_is_signed_logs_nobody_in(at in 0_usize..37, bit in 0_u8..8) {
        let refused = with(|answer| {
            let mut data: Base64Url = serde_json::from_value(answer["response"]["authenticatorData"].clone()).unwrap();
            data.0[at] ^= 1 << bit;
            answer["response"]["authenticatorData"] = json!(data);
        });
        prop_assert!(refused.is_err());
    }
}
