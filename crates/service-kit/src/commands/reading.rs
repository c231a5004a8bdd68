//! How does a state get into memory? It is read from the log, and read on where its stream has moved meanwhile.

use super::{
    Commands,
    cache::Learned,
    subject::{State, Subject},
};
use edgecoder_events::{StreamName, Version};
use edgecoder_store::{StorageError, Store, Term};

/// Events read at once.
const PAGE: usize = 4_096;
/// How often a stream is read on because it has moved. Twice is enough, unless others learn and forget it meanwhile.
const MAX_READS: usize = 16;

/// A state as far as it has been read.
pub(super) struct Read {
    pub state: State,
    pub version: Version,
}

/// One who reads a stream to have it remembered. While there is one, what is heard of the stream is kept.
struct Reading<'a> {
    commands: &'a Commands,
    stream: StreamName,
    term: Term,
}

impl Read {
    pub(super) fn nothing_of(subject: &Subject) -> Self {
        Self { state: subject.empty(), version: Version::EMPTY }
    }

    /// Reads on to the end, page by page; a stream ends where a page is not full.
    pub(super) async fn on(&mut self, store: &Store, stream: &StreamName) -> Result<(), StorageError> {
        loop {
            let page = store.read_stream(stream, self.version, PAGE).await?;
            for recorded in &page {
                self.state.evolve(&recorded.event);
                self.version = recorded.version;
            }
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }
}

impl Commands {
    /// Has the states remembered. One may be forgotten again before anybody looks, and a process that stands by
    /// remembers none.
    pub(super) async fn load(&self, subjects: &[Subject]) -> Result<(), StorageError> {
        for subject in subjects {
            self.remember(subject).await?;
        }
        Ok(())
    }

    async fn remember(&self, subject: &Subject) -> Result<(), StorageError> {
        let Some(mut reading) = Reading::begin(self, subject.stream()) else { return Ok(()) };
        let mut read = Read::nothing_of(subject);
        for _ in 0..MAX_READS {
            read.on(&self.store, &reading.stream).await?;
            match reading.learn(&mut read, subject) {
                Learned::Known => break,
                Learned::Behind(wait) => wait.until_at_rest().await,
                Learned::Outdated => {
                    let Some(term) = self.lock().term() else { break };
                    (reading.term, read) = (term, Read::nothing_of(subject));
                }
            }
        }
        Ok(())
    }
}

impl<'a> Reading<'a> {
    /// Nothing where the state is known, or is not to be remembered.
    fn begin(commands: &'a Commands, stream: StreamName) -> Option<Self> {
        let term = commands.lock().reading_begins(&stream)?;
        Some(Self { commands, stream, term })
    }

    fn learn(&self, read: &mut Read, subject: &Subject) -> Learned {
        let at = (self.term, read.version);
        let state = || std::mem::replace(&mut read.state, subject.empty());
        self.commands.lock().learn(&self.stream, at, state)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.commands.lock().reading_ends(&self.stream);
    }
}
