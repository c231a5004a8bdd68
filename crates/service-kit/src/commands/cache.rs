//! Which states are remembered between commands?

use super::subject::{State, Subject, View};
use edgecoder_events::{NewEvent, StreamName, Version};
use edgecoder_store::Condition;
use std::collections::{HashMap, HashSet};
use tokio::sync::watch;

/// The most streams that are remembered; who is asked for least is forgotten first.
const MAX_STREAMS: usize = 65_536;
/// How many streams are forgotten at once, so that looking for them is rare.
const FORGET_AT_ONCE: usize = MAX_STREAMS / 8;
/// Events read at once while a state is loaded.
pub(super) const LOAD_PAGE: usize = 4_096;

/// States by stream, each with the version that it stands at.
#[derive(Default)]
pub(super) struct Cache {
    streams: HashMap<StreamName, Remembered>,
    uses: u64,
}

struct Remembered {
    state: State,
    version: Version,
    /// How much of it is on the disk. Dropped when the state is forgotten, which tells those who wait.
    durable: watch::Sender<Version>,
    used: u64,
}

/// A state that a decision was made on, and that is not on the disk yet.
pub(super) struct Tentative {
    version: Version,
    durable: watch::Receiver<Version>,
}

impl Tentative {
    /// Waits for the disk; false where the state was forgotten, because an append that led to it came to nothing.
    pub(super) async fn becomes_durable(mut self) -> bool {
        self.durable.wait_for(|durable| *durable >= self.version).await.is_ok()
    }
}

impl Cache {
    pub(super) fn holds(&self, subject: &Subject) -> bool {
        self.streams.contains_key(&subject.stream())
    }

    pub(super) fn state(&self, stream: &StreamName) -> Option<&State> {
        self.streams.get(stream).map(|it| &it.state)
    }

    /// Every subject at once, or nothing where one was forgotten meanwhile.
    pub(super) fn view(&mut self, subjects: &[Subject]) -> Option<View<'_>> {
        self.uses += 1;
        for subject in subjects {
            self.streams.get_mut(&subject.stream())?.used = self.uses;
        }
        Some(View { cache: self })
    }

    pub(super) fn insert(&mut self, subject: &Subject, state: State, version: Version) {
        if self.streams.len() >= MAX_STREAMS {
            self.forget_least_used();
        }
        self.uses += 1;
        let remembered = Remembered { state, version, durable: watch::Sender::new(version), used: self.uses };
        self.streams.entry(subject.stream()).or_insert(remembered);
    }

    /// The versions that a decision was made on: of its subjects, and of every other stream that it writes to.
    pub(super) fn conditions(&self, subjects: &[Subject], events: &[NewEvent]) -> Vec<Condition> {
        let written = events.iter().map(|new| new.stream.clone());
        let streams: HashSet<StreamName> = subjects.iter().map(Subject::stream).chain(written).collect();
        let at = |stream: StreamName| {
            let version = self.streams.get(&stream)?.version;
            Some(Condition { stream, version })
        };
        streams.into_iter().filter_map(at).collect()
    }

    /// Brings the tentative states up to events that are on their way to the disk.
    pub(super) fn take_in(&mut self, events: &[NewEvent]) {
        for new in events {
            if let Some(remembered) = self.streams.get_mut(&new.stream) {
                remembered.state.evolve(&new.event);
                remembered.version = remembered.version.after(1);
            }
        }
    }

    /// Notes what is on the disk now.
    pub(super) fn settle(&mut self, reached: &[(StreamName, Version)]) {
        for (stream, version) in reached {
            if let Some(remembered) = self.streams.get(stream) {
                remembered.durable.send_if_modified(|durable| {
                    let moves = *durable < *version;
                    *durable = (*durable).max(*version);
                    moves
                });
            }
        }
    }

    /// Those of the states of `subjects` that are ahead of the disk.
    pub(super) fn tentative(&self, subjects: &[Subject]) -> Vec<Tentative> {
        let ahead = |subject: &Subject| {
            let Remembered { version, durable, .. } = self.streams.get(&subject.stream())?;
            (*version > *durable.borrow()).then(|| Tentative { version: *version, durable: durable.subscribe() })
        };
        subjects.iter().filter_map(ahead).collect()
    }

    /// Drops what an append that failed was decided on or had changed.
    pub(super) fn forget(&mut self, subjects: &[Subject], events: &[NewEvent]) {
        for subject in subjects {
            self.streams.remove(&subject.stream());
        }
        for new in events {
            self.streams.remove(&new.stream);
        }
    }

    fn forget_least_used(&mut self) {
        self.streams.retain(|_, remembered| !remembered.state.is_over());
        if self.streams.len() < MAX_STREAMS {
            return;
        }
        let mut uses: Vec<u64> = self.streams.values().map(|it| it.used).collect();
        let (_, newest_forgotten, _) = uses.select_nth_unstable(FORGET_AT_ONCE);
        let newest_forgotten = *newest_forgotten;
        self.streams.retain(|_, remembered| remembered.used > newest_forgotten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::AccountId;

    fn wallet(number: usize) -> Subject {
        Subject::Wallet(AccountId::new(format!("w{number}")).unwrap())
    }

    #[test]
    fn a_full_memory_forgets_what_was_asked_for_least() {
        let mut cache = Cache::default();
        for number in 0..MAX_STREAMS {
            cache.insert(&wallet(number), wallet(number).empty(), Version::EMPTY);
        }
        assert!(cache.view(&[wallet(0)]).is_some(), "it is used again, so it is not the oldest any more");
        cache.insert(&wallet(MAX_STREAMS), wallet(MAX_STREAMS).empty(), Version::EMPTY);
        assert!(!cache.holds(&wallet(1)));
        for kept in [0, FORGET_AT_ONCE + 2, MAX_STREAMS] {
            assert!(cache.holds(&wallet(kept)), "{kept}");
        }
        assert!(cache.streams.len() <= MAX_STREAMS);
    }
}
