//! Until when is waiting work kept from the machines of an owner?

use super::open_tasks::{HeldOff, Place};
use edgecoder_events::{AccountId, UnixMillis};
use std::collections::{BTreeSet, HashMap};

/// The ends of the holds of what waits, by the owner who is held off. Those that are over stay until their subtask waits no
/// more.
#[derive(Debug, Default)]
pub(super) struct Holds {
    by_owner: HashMap<AccountId, BTreeSet<(UnixMillis, Place)>>,
}

impl Holds {
    /// A subtask begins to wait.
    pub(super) fn insert(&mut self, place: Place, held_off: &[HeldOff]) {
        for it in held_off {
            self.by_owner.entry(it.owner.clone()).or_default().insert((it.until, place));
        }
    }

    /// It waits no more.
    pub(super) fn remove(&mut self, place: Place, held_off: &[HeldOff]) {
        for it in held_off {
            let Some(ends) = self.by_owner.get_mut(&it.owner) else { continue };
            ends.remove(&(it.until, place));
            if ends.is_empty() {
                self.by_owner.remove(&it.owner);
            }
        }
    }

    /// The first end after `now`.
    pub(super) fn next_end(&self, owner: &AccountId, now: UnixMillis) -> Option<UnixMillis> {
        let later = (now.plus_ms(1), Place::FIRST)..;
        self.by_owner.get(owner)?.range(later).next().map(|(until, _)| *until)
    }
}
