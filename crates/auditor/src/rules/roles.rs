//! Was whoever acted as an operator one, and did only people who are here become operators?

use edgecoder_events::{AccountId, Event, Family, PersonEvent, person::Role};
use edgecoder_ledger::Entry;
use std::collections::HashMap;

/// Who has the administrator's token. It is nobody's account: those of people begin otherwise.
const ADMINISTRATOR: &str = "operator:admin";

/// The people who are here and whether each is an operator, as of the last entry.
#[derive(Debug, Default)]
pub(super) struct Roles {
    is_operator: HashMap<AccountId, bool>,
}

impl Roles {
    /// Takes in who becomes an operator; refuses what one did who was none.
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event) -> Result<(), String> {
        let acted = self.check_actor(entry);
        let Family::Person(event) = event.family() else { return acted };
        acted.and(self.take_in(event))
    }

    fn check_actor(&self, entry: &Entry<'_>) -> Result<(), String> {
        let Some(name) = entry.actor.strip_prefix("operator:").filter(|_| entry.actor != ADMINISTRATOR) else {
            return Ok(());
        };
        let is_operator = AccountId::new(name).is_ok_and(|account| self.is_operator.get(&account) == Some(&true));
        if is_operator { Ok(()) } else { Err(format!("{name} acts as an operator, and had not the role")) }
    }

    fn take_in(&mut self, event: PersonEvent<'_>) -> Result<(), String> {
        match event {
            PersonEvent::PersonSignedUp(it) => {
                self.is_operator.insert(it.account.clone(), false);
                Ok(())
            }
            PersonEvent::PersonErased(it) => {
                self.is_operator.remove(&it.account);
                Ok(())
            }
            PersonEvent::PersonRoleGiven(it) => self.change(&it.account, it.role, true),
            PersonEvent::PersonRoleTaken(it) => self.change(&it.account, it.role, false),
            PersonEvent::PersonProfileChanged(_)
            | PersonEvent::PersonPasswordChanged(_)
            | PersonEvent::PersonPasswordReset(_)
            | PersonEvent::PersonPasskeyAdded(_)
            | PersonEvent::PersonPasskeyRemoved(_)
            | PersonEvent::PersonProviderLinked(_)
            | PersonEvent::PersonProviderUnlinked(_)
            | PersonEvent::PersonDescriptorGiven(_)
            | PersonEvent::PersonBackupAcknowledged(_)
            | PersonEvent::PersonAddressChanged(_) => Ok(()),
        }
    }

    fn change(&mut self, account: &AccountId, role: Role, has_it: bool) -> Result<(), String> {
        match (self.is_operator.get_mut(account), role) {
            (Some(is_operator), Role::Operator) => {
                *is_operator = has_it;
                Ok(())
            }
            (None, Role::Operator) => Err(format!("{account} gets or loses a role, and nobody is here by this name")),
        }
    }
}
