//! Is an address one person's alone? A mark says whose it is, and nobody here has it beside them.

use edgecoder_events::{AccountId, Digest, Event, Family, PersonEvent};
use std::collections::HashMap;

/// Whose each address is and which each person has, as of the last entry.
#[derive(Debug, Default)]
pub(super) struct People {
    owner_of: HashMap<Digest, AccountId>,
    mark_of: HashMap<AccountId, Digest>,
}

impl People {
    /// Takes in who has which address; refuses what gives one to two people.
    pub fn check(&mut self, event: &Event) -> Result<(), String> {
        let Family::Person(event) = event.family() else { return Ok(()) };
        self.check_said(event)
    }

    fn check_said(&mut self, event: PersonEvent<'_>) -> Result<(), String> {
        match event {
            PersonEvent::PersonSignedUp(it) => self.give(&it.account, it.email_mark),
            PersonEvent::PersonAddressChanged(it) if !self.mark_of.contains_key(&it.account) => {
                Err(format!("{} has another address from now on, and nobody is here by this name", it.account))
            }
            PersonEvent::PersonAddressChanged(it) => self.give(&it.account, it.email_mark),
            PersonEvent::PersonErased(it) => {
                self.free(&it.account);
                Ok(())
            }
            PersonEvent::PersonProfileChanged(_)
            | PersonEvent::PersonPasswordChanged(_)
            | PersonEvent::PersonPasswordReset(_)
            | PersonEvent::PersonPasskeyAdded(_)
            | PersonEvent::PersonPasskeyRemoved(_)
            | PersonEvent::PersonProviderLinked(_)
            | PersonEvent::PersonProviderUnlinked(_)
            | PersonEvent::PersonRoleGiven(_)
            | PersonEvent::PersonRoleTaken(_)
            | PersonEvent::PersonDescriptorGiven(_)
            | PersonEvent::PersonBackupAcknowledged(_) => Ok(()),
        }
    }

    fn give(&mut self, account: &AccountId, mark: Digest) -> Result<(), String> {
        if let Some(owner) = self.owner_of.get(&mark).filter(|owner| *owner != account) {
            return Err(format!("{account} has the address of {owner}, who is here"));
        }
        self.free(account);
        self.owner_of.insert(mark, account.clone());
        self.mark_of.insert(account.clone(), mark);
        Ok(())
    }

    fn free(&mut self, account: &AccountId) {
        if let Some(mark) = self.mark_of.remove(account) {
            self.owner_of.remove(&mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{
        BlobRef,
        person::{PersonAddressChanged, PersonErased, PersonSignedUp},
    };

    #[test]
    fn an_address_is_one_persons_until_they_have_another_or_leave() {
        let account = |name: &str| AccountId::new(name).unwrap();
        let (mark, profile) = (|nth| Digest([nth; 32]), BlobRef([0; 32]));
        let signs_up = |name: &str, nth| -> Event {
            PersonSignedUp { account: account(name), email_mark: mark(nth), profile }.into()
        };
        let moves = |name: &str, nth| -> Event {
            PersonAddressChanged { account: account(name), email_mark: mark(nth), profile }.into()
        };
        let leaves = |name: &str| -> Event { PersonErased { account: account(name) }.into() };
        let mut people = People::default();
        for (event, holds) in [
            (moves("ann", 1), false),
            (signs_up("ann", 1), true),
            (signs_up("bob", 1), false),
            (signs_up("bob", 2), true),
            (moves("bob", 1), false),
            (moves("ann", 3), true),
            (moves("bob", 1), true),
            (moves("ann", 1), false),
            (leaves("bob"), true),
            (moves("bob", 4), false),
            (moves("ann", 1), true),
        ] {
            assert_eq!(people.check(&event).is_ok(), holds, "{event:?}");
        }
    }
}
