//! Is this somebody who may use the portal, and what may they change about themselves?

#[cfg(test)]
mod tests;

use crate::Aggregate;
use edgecoder_events::{
    AccountId, BlobRef, Digest, Event, Family, PersonEvent,
    person::{
        PersonAddressChanged, PersonBackupAcknowledged, PersonDescriptorGiven, PersonErased, PersonPasskeyAdded,
        PersonPasskeyRemoved, PersonPasswordChanged, PersonPasswordReset, PersonProfileChanged, PersonProviderLinked,
        PersonProviderUnlinked, PersonRoleGiven, PersonRoleTaken, PersonSignedUp, Role,
    },
};
use std::collections::BTreeSet;

/// As many passkeys may one person have, and as many links to providers.
pub const MAX_WAYS_OF_A_KIND: usize = 20;

/// A person of the portal, by the account that is theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Person {
    /// Nobody signed up with this account.
    #[default]
    Unknown,
    Here {
        email_mark: Digest,
        profile: BlobRef,
        /// Marks of the passkeys that they sign in with.
        passkeys: BTreeSet<Digest>,
        /// Marks of what providers call them where they sign in there.
        identities: BTreeSet<Digest>,
        /// Whether they have the role of an operator.
        is_operator: bool,
        /// Of the wallet of their own, where they named one.
        descriptor: Option<GivenDescriptor>,
    },
    /// They left, and the account is nobody's again.
    Gone,
}

/// The public descriptor that a person gave last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenDescriptor {
    pub content: BlobRef,
    /// Whether they say that they checked the words behind it.
    pub is_backed_up: bool,
}

/// What a person may do; about roles, what an operator says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonCommand {
    SignUp {
        account: AccountId,
        email_mark: Digest,
        profile: BlobRef,
    },
    ChangeProfile {
        account: AccountId,
        profile: BlobRef,
    },
    ChangeAddress {
        account: AccountId,
        email_mark: Digest,
        profile: BlobRef,
    },
    ChangePassword {
        account: AccountId,
    },
    ResetPassword {
        account: AccountId,
    },
    AddPasskey {
        account: AccountId,
        passkey_mark: Digest,
    },
    /// `has_password`: passwords stand beside the log, and are never taken away.
    RemovePasskey {
        account: AccountId,
        passkey_mark: Digest,
        has_password: bool,
    },
    LinkProvider {
        account: AccountId,
        identity_mark: Digest,
    },
    UnlinkProvider {
        account: AccountId,
        identity_mark: Digest,
        has_password: bool,
    },
    Erase {
        account: AccountId,
    },
    GiveRole {
        account: AccountId,
        role: Role,
    },
    TakeRole {
        account: AccountId,
        role: Role,
    },
    GiveDescriptor {
        account: AccountId,
        descriptor: BlobRef,
    },
    AcknowledgeBackup {
        account: AccountId,
        descriptor: BlobRef,
    },
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
    #[error("this is the only way to sign in: set a password or add another way before it is removed")]
    LastWay,
    #[error("an account has at most {MAX_WAYS_OF_A_KIND} of them: remove one that is no longer used")]
    TooMany,
    #[error("only an operator does that, and you are none any more")]
    NotAnOperator,
    #[error("this is not the descriptor that was given last: look at it again")]
    AnotherDescriptor,
}

impl Person {
    /// Whether somebody had this account and left.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }

    /// Whether they sign in with this passkey.
    pub fn has_passkey(&self, mark: &Digest) -> bool {
        matches!(self, Self::Here { passkeys, .. } if passkeys.contains(mark))
    }

    /// Whether they sign in as this at a provider.
    pub fn has_identity(&self, mark: &Digest) -> bool {
        matches!(self, Self::Here { identities, .. } if identities.contains(mark))
    }

    /// Whether they are here, and this is the mark of their address.
    pub fn has_address(&self, mark: &Digest) -> bool {
        matches!(self, Self::Here { email_mark, .. } if email_mark == mark)
    }

    /// Whether they are here and may steer machines.
    pub fn is_operator(&self) -> bool {
        matches!(self, Self::Here { is_operator: true, .. })
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
        (Person::Here { email_mark: present, .. }, PersonCommand::ChangeAddress { account, email_mark, profile }) => {
            if *present == email_mark {
                return Ok(vec![]);
            }
            PersonAddressChanged { account, email_mark, profile }.into()
        }
        (Person::Here { .. }, PersonCommand::ChangePassword { account }) => PersonPasswordChanged { account }.into(),
        (Person::Here { .. }, PersonCommand::ResetPassword { account }) => PersonPasswordReset { account }.into(),
        (Person::Here { .. }, PersonCommand::Erase { account }) => PersonErased { account }.into(),
        (
            Person::Here { passkeys, identities, .. },
            command @ (PersonCommand::AddPasskey { .. }
            | PersonCommand::RemovePasskey { .. }
            | PersonCommand::LinkProvider { .. }
            | PersonCommand::UnlinkProvider { .. }),
        ) => return decide_way(passkeys, identities, command),
        (Person::Here { is_operator, .. }, PersonCommand::GiveRole { account, role: role @ Role::Operator }) => {
            if *is_operator {
                return Ok(vec![]);
            }
            PersonRoleGiven { account, role }.into()
        }
        (Person::Here { is_operator, .. }, PersonCommand::TakeRole { account, role: role @ Role::Operator }) => {
            if !*is_operator {
                return Ok(vec![]);
            }
            PersonRoleTaken { account, role }.into()
        }
        (Person::Here { .. }, PersonCommand::GiveDescriptor { account, descriptor }) => {
            PersonDescriptorGiven { account, descriptor }.into()
        }
        (Person::Here { descriptor: given, .. }, PersonCommand::AcknowledgeBackup { account, descriptor }) => {
            let given = given.filter(|it| it.content == descriptor).ok_or(PersonRefusal::AnotherDescriptor)?;
            if given.is_backed_up {
                return Ok(vec![]);
            }
            PersonBackupAcknowledged { account, descriptor }.into()
        }
    };
    Ok(vec![event])
}

/// What becomes of the ways to sign in. What is so already, is not recorded again.
fn decide_way(
    passkeys: &BTreeSet<Digest>,
    identities: &BTreeSet<Digest>,
    command: PersonCommand,
) -> Result<Vec<Event>, PersonRefusal> {
    let is_last = |has_password: bool| !has_password && passkeys.len().saturating_add(identities.len()) == 1;
    let event = match command {
        PersonCommand::AddPasskey { account, passkey_mark } => {
            added(passkeys, passkey_mark)?.map(|passkey_mark| PersonPasskeyAdded { account, passkey_mark }.into())
        }
        PersonCommand::LinkProvider { account, identity_mark } => added(identities, identity_mark)?
            .map(|identity_mark| PersonProviderLinked { account, identity_mark }.into()),
        PersonCommand::RemovePasskey { account, passkey_mark, has_password } => {
            removed(passkeys, passkey_mark, is_last(has_password))?
                .map(|passkey_mark| PersonPasskeyRemoved { account, passkey_mark }.into())
        }
        PersonCommand::UnlinkProvider { account, identity_mark, has_password } => {
            removed(identities, identity_mark, is_last(has_password))?
                .map(|identity_mark| PersonProviderUnlinked { account, identity_mark }.into())
        }
        PersonCommand::SignUp { .. }
        | PersonCommand::ChangeProfile { .. }
        | PersonCommand::ChangeAddress { .. }
        | PersonCommand::ChangePassword { .. }
        | PersonCommand::ResetPassword { .. }
        | PersonCommand::GiveRole { .. }
        | PersonCommand::TakeRole { .. }
        | PersonCommand::GiveDescriptor { .. }
        | PersonCommand::AcknowledgeBackup { .. }
        | PersonCommand::Erase { .. } => None,
    };
    Ok(event.into_iter().collect())
}

fn added(ways: &BTreeSet<Digest>, mark: Digest) -> Result<Option<Digest>, PersonRefusal> {
    match ways.contains(&mark) {
        true => Ok(None),
        false if ways.len() >= MAX_WAYS_OF_A_KIND => Err(PersonRefusal::TooMany),
        false => Ok(Some(mark)),
    }
}

fn removed(ways: &BTreeSet<Digest>, mark: Digest, is_last: bool) -> Result<Option<Digest>, PersonRefusal> {
    match ways.contains(&mark) {
        true if is_last => Err(PersonRefusal::LastWay),
        is_there => Ok(is_there.then_some(mark)),
    }
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
                let (passkeys, identities) = (BTreeSet::new(), BTreeSet::new());
                let (email_mark, profile) = (it.email_mark, it.profile);
                *self = Self::Here { email_mark, profile, passkeys, identities, is_operator: false, descriptor: None };
            }
            PersonEvent::PersonProfileChanged(it) => {
                if let Self::Here { profile, .. } = self {
                    *profile = it.profile;
                }
            }
            PersonEvent::PersonAddressChanged(it) => {
                if let Self::Here { email_mark, profile, .. } = self {
                    (*email_mark, *profile) = (it.email_mark, it.profile);
                }
            }
            PersonEvent::PersonPasswordChanged(_) | PersonEvent::PersonPasswordReset(_) => {}
            PersonEvent::PersonPasskeyAdded(it) => {
                self.passkeys().map(|passkeys| passkeys.insert(it.passkey_mark));
            }
            PersonEvent::PersonPasskeyRemoved(it) => {
                self.passkeys().map(|passkeys| passkeys.remove(&it.passkey_mark));
            }
            PersonEvent::PersonProviderLinked(it) => {
                self.identities().map(|identities| identities.insert(it.identity_mark));
            }
            PersonEvent::PersonProviderUnlinked(it) => {
                self.identities().map(|identities| identities.remove(&it.identity_mark));
            }
            PersonEvent::PersonErased(_) => *self = Self::Gone,
            PersonEvent::PersonRoleGiven(it) => self.set_role(it.role, true),
            PersonEvent::PersonRoleTaken(it) => self.set_role(it.role, false),
            PersonEvent::PersonDescriptorGiven(it) => {
                self.set_descriptor(GivenDescriptor { content: it.descriptor, is_backed_up: false });
            }
            PersonEvent::PersonBackupAcknowledged(it) => {
                self.set_descriptor(GivenDescriptor { content: it.descriptor, is_backed_up: true });
            }
        }
    }

    fn set_descriptor(&mut self, given: GivenDescriptor) {
        if let Self::Here { descriptor, .. } = self {
            *descriptor = Some(given);
        }
    }

    fn set_role(&mut self, role: Role, has_it: bool) {
        if let (Self::Here { is_operator, .. }, Role::Operator) = (self, role) {
            *is_operator = has_it;
        }
    }

    fn passkeys(&mut self) -> Option<&mut BTreeSet<Digest>> {
        match self {
            Self::Here { passkeys, .. } => Some(passkeys),
            Self::Unknown | Self::Gone => None,
        }
    }

    fn identities(&mut self) -> Option<&mut BTreeSet<Digest>> {
        match self {
            Self::Here { identities, .. } => Some(identities),
            Self::Unknown | Self::Gone => None,
        }
    }
}
