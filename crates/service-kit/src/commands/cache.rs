//! Which states are remembered between commands, and which of them are to be relied on?

use super::{
    stream::{Stream, Tentative, Wait},
    subject::{State, Subject, View},
};
use edgecoder_events::{NewEvent, StreamName, Version};
use edgecoder_store::{Condition, Term};
use std::collections::{HashMap, HashSet};

/// The most streams that are remembered; who is asked for least is forgotten first. Those on their way to the disk are as
/// many as the store lets wait, and are never forgotten before it has answered.
const MAX_STREAMS: usize = 65_536;
/// How many streams are forgotten at once, so that looking for them is rare.
const FORGET_AT_ONCE: usize = MAX_STREAMS / 8;

/// States by stream, each with the version that it stands at and what of it is on its way to the disk.
#[derive(Default)]
pub(super) struct Cache {
    streams: HashMap<StreamName, Stream>,
    uses: u64,
    /// In which all of this was read and decided.
    term: Option<Term>,
}

/// What came of a state that was read.
pub(super) enum Learned {
    /// It is remembered, or there was nothing to remember it for.
    Known,
    /// The stream is moving: read on when it is at rest.
    Behind(Wait),
    /// It was read in a term that is over.
    Outdated,
}

impl Cache {
    /// Others may have appended between two terms, and append while this process stands by: nothing is remembered.
    pub(super) fn enter(&mut self, term: Option<Term>) {
        if self.term == term {
            return;
        }
        self.term = term;
        self.streams.values_mut().for_each(Stream::forget_all);
        self.streams.retain(|_, stream| !stream.is_idle());
    }

    pub(super) fn term(&self) -> Option<Term> {
        self.term
    }

    pub(super) fn state(&self, stream: &StreamName) -> Option<&State> {
        self.streams.get(stream)?.state()
    }

    /// Every subject at once, or nothing where one is not known, or not any more.
    pub(super) fn view(&mut self, subjects: &[Subject]) -> Option<View<'_>> {
        self.uses += 1;
        for subject in subjects {
            let stream = self.streams.get_mut(&subject.stream())?;
            stream.state()?;
            stream.used = self.uses;
        }
        Some(View::remembered(self))
    }

    /// Takes the state that begins a stream, where nothing is heard of it.
    pub(super) fn begin(&mut self, subject: &Subject) {
        let name = subject.stream();
        if self.term.is_some() && !self.streams.contains_key(&name) {
            self.stream(&name).learn(Version::EMPTY, || subject.empty());
        }
    }

    /// Somebody reads a stream, until [`Self::reading_ends`]. Not where its state is known, or is not to be remembered.
    pub(super) fn reading_begins(&mut self, name: &StreamName) -> Option<Term> {
        let term = self.term?;
        let stream = self.stream(name);
        if stream.state().is_some() {
            return None;
        }
        stream.readers += 1;
        Some(term)
    }

    pub(super) fn reading_ends(&mut self, name: &StreamName) {
        let Some(stream) = self.streams.get_mut(name) else { return };
        stream.readers = stream.readers.saturating_sub(1);
        if stream.readers == 0 {
            stream.open();
        }
        self.drop_idle(name);
    }

    /// Takes a state as it was read in `term`.
    pub(super) fn learn(
        &mut self,
        name: &StreamName,
        (term, version): (Term, Version),
        state: impl FnOnce() -> State,
    ) -> Learned {
        if self.term != Some(term) {
            return Learned::Outdated;
        }
        self.stream(name).learn(version, state).map_or(Learned::Known, Learned::Behind)
    }

    /// The versions that a decision was made on: of its subjects, and of every other stream that it writes to and that
    /// is known here. To one that is not known it appends wherever that stands.
    pub(super) fn conditions(&self, subjects: &[Subject], events: &[NewEvent]) -> Vec<Condition> {
        let written = events.iter().map(|new| new.stream.clone());
        let streams: HashSet<StreamName> = subjects.iter().map(Subject::stream).chain(written).collect();
        let at = |stream: StreamName| {
            let version = self.streams.get(&stream)?.version()?;
            Some(Condition { stream, version })
        };
        streams.into_iter().filter_map(at).collect()
    }

    /// A stream that these events would be written to without being known, while somebody waits to read it.
    pub(super) fn closed(&self, events: &[NewEvent]) -> Option<Wait> {
        events.iter().find_map(|new| self.streams.get(&new.stream)?.closed())
    }

    /// Brings the tentative states up to events that are on their way to the disk.
    pub(super) fn take_in(&mut self, events: &[NewEvent]) {
        for new in events {
            self.stream(&new.stream).take_in(&new.event);
        }
    }

    /// What was on its way is on the disk: so far have its streams come.
    pub(super) fn settle(&mut self, written: &[StreamName], reached: &[(StreamName, Version)]) {
        for (name, version) in reached {
            if let Some(stream) = self.streams.get_mut(name) {
                stream.reach(*version);
            }
        }
        self.answered(written);
    }

    /// What was on its way came to nothing: no state that has taken it in, or that it was decided on, is to be relied on.
    pub(super) fn fail(&mut self, written: &[StreamName], decided_on: &[StreamName]) {
        for name in written.iter().chain(decided_on) {
            if let Some(stream) = self.streams.get_mut(name) {
                stream.forget();
            }
            self.drop_idle(name);
        }
        self.answered(written);
    }

    /// Those of the states of `subjects` that are ahead of the disk.
    pub(super) fn tentative(&self, subjects: &[Subject]) -> Vec<Tentative> {
        subjects.iter().filter_map(|subject| self.streams.get(&subject.stream())?.tentative()).collect()
    }

    fn answered(&mut self, written: &[StreamName]) {
        for name in written {
            if let Some(stream) = self.streams.get_mut(name) {
                stream.answered();
            }
            self.drop_idle(name);
        }
    }

    fn stream(&mut self, name: &StreamName) -> &mut Stream {
        if !self.streams.contains_key(name) {
            if self.streams.len() >= MAX_STREAMS {
                self.forget_least_used();
            }
            self.uses += 1;
            self.streams.insert(name.clone(), Stream::unread(self.uses));
        }
        self.streams.get_mut(name).expect("it was put in where it was missing")
    }

    fn drop_idle(&mut self, name: &StreamName) {
        if self.streams.get(name).is_some_and(Stream::is_idle) {
            self.streams.remove(name);
        }
    }

    fn forget_least_used(&mut self) {
        self.streams.retain(|_, stream| stream.is_busy() || !stream.is_over());
        if self.streams.len() < MAX_STREAMS {
            return;
        }
        let mut uses: Vec<u64> = self.streams.values().map(|it| it.used).collect();
        let (_, newest_forgotten, _) = uses.select_nth_unstable(FORGET_AT_ONCE);
        let newest_forgotten = *newest_forgotten;
        self.streams.retain(|_, stream| stream.is_busy() || stream.used > newest_forgotten);
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
        cache.enter(Some(Term(1)));
        for number in 0..MAX_STREAMS {
            cache.begin(&wallet(number));
        }
        assert!(cache.view(&[wallet(0)]).is_some(), "it is used again, so it is not the oldest any more");
        cache.begin(&wallet(MAX_STREAMS));
        assert!(cache.view(&[wallet(1)]).is_none());
        for kept in [0, FORGET_AT_ONCE + 2, MAX_STREAMS] {
            assert!(cache.view(&[wallet(kept)]).is_some(), "{kept}");
        }
        assert!(cache.streams.len() <= MAX_STREAMS);
    }
}
