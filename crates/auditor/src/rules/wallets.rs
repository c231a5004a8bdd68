//! Did somebody say that they checked the words of a wallet, and was it the one that they had named?

use edgecoder_events::{AccountId, BlobRef, Event};
use std::collections::HashMap;

/// The descriptor that each person gave last, as of the last entry.
#[derive(Debug, Default)]
pub(super) struct Wallets {
    given: HashMap<AccountId, BlobRef>,
}

impl Wallets {
    /// Takes in what is said of a wallet; refuses what is said of another one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only what names a wallet, or speaks of one, matters here")]
    pub fn check(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::PersonDescriptorGiven(it) => {
                self.given.insert(it.account.clone(), it.descriptor);
                Ok(())
            }
            Event::PersonBackupAcknowledged(it) if self.given.get(&it.account) != Some(&it.descriptor) => {
                Err(format!("{} acknowledges the backup of a descriptor that they did not give last", it.account))
            }
            _ => Ok(()),
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
