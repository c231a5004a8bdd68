//! Is this somebody who may use the portal, and what may they change about themselves?

#[cfg(test)]
mod tests;

use crate::Aggregate;
use edgecoder_events::{
    AccountId, BlobRef, Digest, Event, Family, PersonEvent,
    person::{PersonErased, PersonPasswordChanged, PersonPasswordReset, PersonProfileChanged, PersonSignedUp},
};

/// A person of the portal, by the account that is theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Person {
    /// Nobody signed up with this account.
    #[default]
    Unknown,
    Here {
        email_mark: Digest,
        profile: BlobRef,
    },
    /// They left, and the account is nobody's again.
    Gone,
}

/// What a person may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonCommand {
    SignUp { account: AccountId, email_mark: Digest, profile: BlobRef },
    ChangeProfile { account: AccountId, profile: BlobRef },
    ChangePassword { account: AccountId },
    ResetPassword { account: AccountId },
    Erase { account: AccountId },
}

/// Why it was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonRefusal {
    #[error("somebody signed up with this account already")]
    AlreadySignedUp,
    #[error("nobody signed up with this account")]
    NobodyHere,
    #[error("the one whose account this was left")]
    Left,
}

impl Person {
    /// Whether somebody had this account and left.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

/// Turns a command into events, or says why not.
pub fn decide(person: &Person, command: PersonCommand) -> Result<Vec<Event>, PersonRefusal> {
    let event = match (person, command) {
        (Person::Unknown, PersonCommand::SignUp { account, email_mark, profile }) => {
            PersonSignedUp { account, email_mark, profile }.into()
        }
        (Person::Here { .. }, PersonCommand::SignUp { .. }) => return Err(PersonRefusal::AlreadySignedUp),
        (Person::Unknown, _) => return Err(PersonRefusal::NobodyHere),
        // To leave twice is to have left.
        (Person::Gone, PersonCommand::Erase { .. }) => return Ok(vec![]),
        (Person::Gone, _) => return Err(PersonRefusal::Left),
        (Person::Here { .. }, PersonCommand::ChangeProfile { account, profile }) => {
            PersonProfileChanged { account, profile }.into()
        }
        (Person::Here { .. }, PersonCommand::ChangePassword { account }) => PersonPasswordChanged { account }.into(),
        (Person::Here { .. }, PersonCommand::ResetPassword { account }) => PersonPasswordReset { account }.into(),
        (Person::Here { .. }, PersonCommand::Erase { account }) => PersonErased { account }.into(),
    };
    Ok(vec![event])
}

impl Aggregate for Person {
    fn evolve(&mut self, event: &Event) {
        match event.family() {
            Family::Person(event) => self.take_in(event),
            Family::Ledger(_)
            | Family::Node(_)
            | Family::Agent(_)
            | Family::Task(_)
            | Family::Credit(_)
            | Family::Anchor(_) => {}
        }
    }
}

impl Person {
    fn take_in(&mut self, event: PersonEvent<'_>) {
        match event {
            PersonEvent::PersonSignedUp(it) => {
                *self = Self::Here { email_mark: it.email_mark, profile: it.profile };
            }
            PersonEvent::PersonProfileChanged(it) => {
                if let Self::Here { profile, .. } = self {
                    *profile = it.profile;
                }
            }
            PersonEvent::PersonPasswordChanged(_) | PersonEvent::PersonPasswordReset(_) => {}
            PersonEvent::PersonErased(_) => *self = Self::Gone,
        }
    }
}
