//! What does one recorded event change about the people of the portal?

use edgecoder_events::{AccountId, BlobRef, Digest, Event, Family, PersonEvent, Position, Recorded, UnixMillis};
use std::collections::BTreeMap;

/// A person as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonEntry {
    pub account: AccountId,
    /// Where they signed up.
    pub position: Position,
    pub signed_up_at: UnixMillis,
    pub email_mark: Digest,
    /// Mail address and name, sealed.
    pub profile: BlobRef,
    /// When the password was set last: at first with the sign-up.
    pub password_set_at: UnixMillis,
    /// When they left.
    pub erased_at: Option<UnixMillis>,
    /// Of the wallet of their own, sealed.
    pub descriptor: Option<BlobRef>,
    /// When they said that they checked the words behind that descriptor.
    pub backup_acknowledged_at: Option<UnixMillis>,
}

/// The people whom some events touch.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub people: BTreeMap<AccountId, PersonEntry>,
}

impl Touched {
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        let Family::Person(event) = recorded.event.family() else { return };
        if let PersonEvent::PersonSignedUp(it) = event {
            let entry = PersonEntry {
                account: it.account.clone(),
                position: recorded.position,
                signed_up_at: recorded.recorded_at,
                email_mark: it.email_mark,
                profile: it.profile,
                password_set_at: recorded.recorded_at,
                erased_at: None,
                descriptor: None,
                backup_acknowledged_at: None,
            };
            self.people.insert(it.account.clone(), entry);
        }
        let Some(person) = self.people.get_mut(account_named_in(event)) else { return };
        match event {
            PersonEvent::PersonProfileChanged(it) => person.profile = it.profile,
            PersonEvent::PersonPasswordChanged(_) | PersonEvent::PersonPasswordReset(_) => {
                person.password_set_at = recorded.recorded_at;
            }
            PersonEvent::PersonErased(_) => person.erased_at = Some(recorded.recorded_at),
            PersonEvent::PersonDescriptorGiven(it) => {
                (person.descriptor, person.backup_acknowledged_at) = (Some(it.descriptor), None);
            }
            PersonEvent::PersonAddressChanged(it) => {
                (person.email_mark, person.profile) = (it.email_mark, it.profile);
            }
            PersonEvent::PersonBackupAcknowledged(_) => person.backup_acknowledged_at = Some(recorded.recorded_at),
            // Ways to sign in, and who may steer, are asked where that is decided: of the person's own history.
            PersonEvent::PersonSignedUp(_)
            | PersonEvent::PersonPasskeyAdded(_)
            | PersonEvent::PersonPasskeyRemoved(_)
            | PersonEvent::PersonProviderLinked(_)
            | PersonEvent::PersonProviderUnlinked(_)
            | PersonEvent::PersonRoleGiven(_)
            | PersonEvent::PersonRoleTaken(_) => {}
        }
    }
}

/// The person whom an event is about.
pub(super) fn person_of(event: &Event) -> Option<&AccountId> {
    match event.family() {
        Family::Person(event) => Some(account_named_in(event)),
        Family::Ledger(_)
        | Family::Node(_)
        | Family::Agent(_)
        | Family::Task(_)
        | Family::Credit(_)
        | Family::Anchor(_) => None,
    }
}

fn account_named_in(event: PersonEvent<'_>) -> &AccountId {
    match event {
        PersonEvent::PersonSignedUp(it) => &it.account,
        PersonEvent::PersonProfileChanged(it) => &it.account,
        PersonEvent::PersonPasswordChanged(it) => &it.account,
        PersonEvent::PersonPasswordReset(it) => &it.account,
        PersonEvent::PersonPasskeyAdded(it) => &it.account,
        PersonEvent::PersonPasskeyRemoved(it) => &it.account,
        PersonEvent::PersonProviderLinked(it) => &it.account,
        PersonEvent::PersonProviderUnlinked(it) => &it.account,
        PersonEvent::PersonErased(it) => &it.account,
        PersonEvent::PersonRoleGiven(it) => &it.account,
        PersonEvent::PersonRoleTaken(it) => &it.account,
        PersonEvent::PersonDescriptorGiven(it) => &it.account,
        PersonEvent::PersonBackupAcknowledged(it) => &it.account,
        PersonEvent::PersonAddressChanged(it) => &it.account,
    }
}
