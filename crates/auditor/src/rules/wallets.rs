//! Did somebody say that they checked the words of a wallet, and was it the one that they had named?

use edgecoder_events::{AccountId, BlobRef, Event, Family, PersonEvent};
use std::collections::HashMap;

/// The descriptor that each person gave last, as of the last entry.
#[derive(Debug, Default)]
pub(super) struct Wallets {
    given: HashMap<AccountId, BlobRef>,
}

impl Wallets {
    /// Takes in what is said of a wallet; refuses what is said of another one.
    pub fn check(&mut self, event: &Event) -> Result<(), String> {
        let Family::Person(event) = event.family() else { return Ok(()) };
        self.check_said(event)
    }

    fn check_said(&mut self, event: PersonEvent<'_>) -> Result<(), String> {
        match event {
            PersonEvent::PersonDescriptorGiven(it) => {
                self.given.insert(it.account.clone(), it.descriptor);
                Ok(())
            }
            PersonEvent::PersonBackupAcknowledged(it) if self.given.get(&it.account) != Some(&it.descriptor) => {
                Err(format!("{} acknowledges the backup of a descriptor that they did not give last", it.account))
            }
            PersonEvent::PersonBackupAcknowledged(_)
            | PersonEvent::PersonSignedUp(_)
            | PersonEvent::PersonProfileChanged(_)
            | PersonEvent::PersonAddressChanged(_)
            | PersonEvent::PersonPasswordChanged(_)
            | PersonEvent::PersonPasswordReset(_)
            | PersonEvent::PersonPasskeyAdded(_)
            | PersonEvent::PersonPasskeyRemoved(_)
            | PersonEvent::PersonProviderLinked(_)
            | PersonEvent::PersonProviderUnlinked(_)
            | PersonEvent::PersonRoleGiven(_)
            | PersonEvent::PersonRoleTaken(_)
            | PersonEvent::PersonErased(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::person::{PersonBackupAcknowledged, PersonDescriptorGiven};

    #[test]
    fn a_backup_is_of_the_descriptor_that_the_same_person_gave_last() {
        let account = |name: &str| AccountId::new(name).unwrap();
        let given = |name: &str, nth| -> Event {
            PersonDescriptorGiven { account: account(name), descriptor: BlobRef([nth; 32]) }.into()
        };
        let said = |name: &str, nth| -> Event {
            PersonBackupAcknowledged { account: account(name), descriptor: BlobRef([nth; 32]) }.into()
        };
        let mut wallets = Wallets::default();
        for (event, holds) in [
            (said("ann", 1), false),
            (given("ann", 1), true),
            (said("ann", 1), true),
            (said("bob", 1), false),
            (given("ann", 2), true),
            (said("ann", 1), false),
            (said("ann", 2), true),
        ] {
            assert_eq!(wallets.check(&event).is_ok(), holds, "{event:?}");
        }
    }
}
