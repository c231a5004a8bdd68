use super::*;

fn account() -> AccountId {
    AccountId::new("p-ann").unwrap()
}

fn sign_up() -> PersonCommand {
    PersonCommand::SignUp { account: account(), email_mark: Digest([1; 32]), profile: BlobRef([2; 32]) }
}

fn after(commands: impl IntoIterator<Item = PersonCommand>) -> Person {
    let mut person = Person::default();
    for command in commands {
        for event in decide(&person, command).unwrap() {
            person.evolve(&event);
        }
    }
    person
}

fn move_to(byte: u8) -> PersonCommand {
    PersonCommand::ChangeAddress { account: account(), email_mark: Digest([byte; 32]), profile: BlobRef([byte; 32]) }
}

fn later() -> [PersonCommand; 4] {
    [
        PersonCommand::ChangeProfile { account: account(), profile: BlobRef([3; 32]) },
        PersonCommand::ChangePassword { account: account() },
        PersonCommand::ResetPassword { account: account() },
        move_to(4),
    ]
}

#[test]
fn an_account_is_signed_up_with_once() {
    let person = after([sign_up()]);
    assert!(matches!(person, Person::Here { .. }));
    assert_eq!(decide(&person, sign_up()), Err(PersonRefusal::AlreadySignedUp));
}

#[test]
fn nobody_changes_what_nobody_has() {
    for command in later().into_iter().chain([PersonCommand::Erase { account: account() }]) {
        assert_eq!(decide(&Person::default(), command), Err(PersonRefusal::NobodyHere));
    }
}

#[test]
fn another_name_takes_the_place_of_the_one_before_and_the_address_stays() {
    let person = after([sign_up(), later()[0].clone()]);
    assert!(
        matches!(person, Person::Here { email_mark, profile, .. } if (email_mark, profile) == (Digest([1; 32]), BlobRef([3; 32])))
    );
}

#[test]
fn another_address_takes_the_place_of_the_one_before_and_is_recorded_once() {
    let person = after([sign_up(), add(1), move_to(4)]);
    assert!(person.has_address(&Digest([4; 32])) && !person.has_address(&Digest([1; 32])));
    assert!(matches!(person, Person::Here { profile, .. } if profile == BlobRef([4; 32])));
    assert!(person.has_passkey(&Digest([1; 32])), "ways to sign in stay");
    assert_eq!(decide(&person, move_to(4)), Ok(vec![]));
}

#[test]
fn who_left_does_nothing_any_more_and_the_account_is_not_given_to_another() {
    let person = after([sign_up(), PersonCommand::Erase { account: account() }]);
    assert!(person.is_gone());
    for command in later().into_iter().chain([sign_up()]) {
        assert_eq!(decide(&person, command), Err(PersonRefusal::Left));
    }
    assert_eq!(decide(&person, PersonCommand::Erase { account: account() }), Ok(vec![]));
}

fn add(byte: u8) -> PersonCommand {
    PersonCommand::AddPasskey { account: account(), passkey_mark: Digest([byte; 32]) }
}

fn remove(byte: u8, has_password: bool) -> PersonCommand {
    PersonCommand::RemovePasskey { account: account(), passkey_mark: Digest([byte; 32]), has_password }
}

fn link() -> PersonCommand {
    PersonCommand::LinkProvider { account: account(), identity_mark: Digest([9; 32]) }
}

fn unlink(has_password: bool) -> PersonCommand {
    PersonCommand::UnlinkProvider { account: account(), identity_mark: Digest([9; 32]), has_password }
}

#[test]
fn a_way_to_sign_in_is_there_from_when_it_is_added_until_it_is_removed() {
    let person = after([sign_up(), add(1), link()]);
    assert!(person.has_passkey(&Digest([1; 32])) && person.has_identity(&Digest([9; 32])));
    assert!(!person.has_passkey(&Digest([9; 32])) && !person.has_identity(&Digest([1; 32])), "they are not mixed up");
    let person = after([sign_up(), add(1), link(), remove(1, false), unlink(true)]);
    assert!(!person.has_passkey(&Digest([1; 32])) && !person.has_identity(&Digest([9; 32])));
}

#[test]
fn the_last_way_to_sign_in_stays() {
    let passkey_alone = after([sign_up(), add(1)]);
    assert_eq!(decide(&passkey_alone, remove(1, false)), Err(PersonRefusal::LastWay));
    assert_eq!(decide(&passkey_alone, remove(1, true)).map(|events| events.len()), Ok(1));
    let provider_alone = after([sign_up(), add(1), link(), remove(1, false)]);
    assert_eq!(decide(&provider_alone, unlink(false)), Err(PersonRefusal::LastWay));
    assert_eq!(decide(&provider_alone, unlink(true)).map(|events| events.len()), Ok(1));
}

#[test]
fn what_is_so_already_is_not_recorded_again() {
    let person = after([sign_up(), add(1), link()]);
    for command in [add(1), link(), remove(2, false)] {
        assert_eq!(decide(&person, command), Ok(vec![]));
    }
}

#[test]
fn nobody_has_passkeys_without_end() {
    let most = u8::try_from(MAX_WAYS_OF_A_KIND).unwrap();
    let full = after([sign_up()].into_iter().chain((0..most).map(add)));
    assert_eq!(decide(&full, add(most)), Err(PersonRefusal::TooMany));
    assert_eq!(decide(&full, add(0)), Ok(vec![]));
}

#[test]
fn who_is_not_there_has_no_way_to_sign_in() {
    let gone = after([sign_up(), add(1), PersonCommand::Erase { account: account() }]);
    assert!(!gone.has_passkey(&Digest([1; 32])));
    for command in [add(1), remove(1, true), link(), unlink(true)] {
        assert_eq!(decide(&gone, command.clone()), Err(PersonRefusal::Left));
        assert_eq!(decide(&Person::default(), command), Err(PersonRefusal::NobodyHere));
    }
}

#[test]
fn a_role_is_given_and_taken_once_and_goes_with_the_person() {
    let give = PersonCommand::GiveRole { account: account(), role: Role::Operator };
    let take = PersonCommand::TakeRole { account: account(), role: Role::Operator };
    for command in [&give, &take] {
        assert_eq!(decide(&Person::default(), command.clone()), Err(PersonRefusal::NobodyHere));
    }
    let person = after([sign_up()]);
    assert!(!person.is_operator());
    assert_eq!(decide(&person, take.clone()), Ok(vec![]));
    let operator = after([sign_up(), give.clone(), later()[0].clone()]);
    assert!(operator.is_operator(), "another name takes no role");
    assert_eq!(decide(&operator, give.clone()), Ok(vec![]));
    assert!(!after([sign_up(), give.clone(), take]).is_operator());
    let gone = after([sign_up(), give.clone(), PersonCommand::Erase { account: account() }]);
    assert!(!gone.is_operator());
    assert_eq!(decide(&gone, give), Err(PersonRefusal::Left));
}

fn give(nth: u8) -> PersonCommand {
    PersonCommand::GiveDescriptor { account: account(), descriptor: BlobRef([nth; 32]) }
}

fn acknowledge(nth: u8) -> PersonCommand {
    PersonCommand::AcknowledgeBackup { account: account(), descriptor: BlobRef([nth; 32]) }
}

#[test]
fn a_backup_is_acknowledged_once_and_only_of_the_descriptor_that_was_given_last() {
    assert_eq!(decide(&after([sign_up()]), acknowledge(5)), Err(PersonRefusal::AnotherDescriptor));
    let person = after([sign_up(), give(5), acknowledge(5)]);
    assert_eq!(decide(&person, acknowledge(5)), Ok(vec![]), "to say it twice is to have said it");
    let person = after([sign_up(), give(5), acknowledge(5), give(6)]);
    assert_eq!(decide(&person, acknowledge(5)), Err(PersonRefusal::AnotherDescriptor), "it has another's place");
    assert_eq!(decide(&person, acknowledge(6)).unwrap().len(), 1, "and is checked anew");
}
