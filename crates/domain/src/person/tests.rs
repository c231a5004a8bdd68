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

fn later() -> [PersonCommand; 3] {
    [
        PersonCommand::ChangeProfile { account: account(), profile: BlobRef([3; 32]) },
        PersonCommand::ChangePassword { account: account() },
        PersonCommand::ResetPassword { account: account() },
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
    assert_eq!(person, Person::Here { email_mark: Digest([1; 32]), profile: BlobRef([3; 32]) });
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
