//! What is known of one stream: its state, what of it is on the disk, and how much is on its way there?

use super::subject::State;
use edgecoder_events::{Event, Version};
use tokio::sync::watch;

/// One stream that is remembered, read, or written to at the moment.
pub(super) struct Stream {
    /// Has taken in every event of ours that is on its way. Nothing where nobody has read the stream, or its state is not
    /// to be relied on any more.
    known: Option<Known>,
    progress: watch::Sender<Progress>,
    /// How many read it at the moment.
    pub readers: usize,
    /// When it was last asked for.
    pub used: u64,
}

struct Known {
    state: State,
    version: Version,
}

/// What others may wait for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// What is certainly on the disk.
    reached: Version,
    /// Events of ours that the store has not answered for yet.
    on_their_way: usize,
    /// How often its state was forgotten.
    forgotten: u64,
    /// Whether a reader waits until nothing is on its way: who does not know the state writes nothing to it meanwhile.
    is_closed: bool,
}

/// A state that a decision was made on, and that is not on the disk yet.
pub(super) struct Tentative {
    version: Version,
    forgotten: u64,
    progress: watch::Receiver<Progress>,
}

/// A stream that somebody else waits for.
pub(super) struct Wait(watch::Receiver<Progress>);

impl Tentative {
    /// Waits for the disk; false where the state was forgotten, because an append that led to it came to nothing.
    pub(super) async fn becomes_durable(mut self) -> bool {
        let is_over = |now: &Progress| now.forgotten != self.forgotten || now.reached >= self.version;
        self.progress.wait_for(is_over).await.is_ok_and(|then| then.forgotten == self.forgotten)
    }
}

impl Wait {
    /// Until the store has answered for everything that is on its way. Nothing keeps a stream that is gone waiting.
    pub(super) async fn until_at_rest(mut self) {
        let _gone = self.0.wait_for(|now| now.on_their_way == 0).await;
    }

    /// Until the reader who closed the stream has read it, or has left.
    pub(super) async fn until_open(mut self) {
        let _gone = self.0.wait_for(|now| !now.is_closed).await;
    }
}

impl Stream {
    /// One of which nothing is known yet.
    pub(super) fn unread(used: u64) -> Self {
        Self { known: None, progress: watch::Sender::default(), readers: 0, used }
    }

    pub(super) fn state(&self) -> Option<&State> {
        self.known.as_ref().map(|known| &known.state)
    }

    /// What a decision on its state is made on.
    pub(super) fn version(&self) -> Option<Version> {
        self.known.as_ref().map(|known| known.version)
    }

    /// Whether somebody depends on its being remembered.
    pub(super) fn is_busy(&self) -> bool {
        self.readers > 0 || self.progress.borrow().on_their_way > 0
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_idle(&self) -> bool {
        self.known.is_none() && !self.is_busy()
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_some_and(State::is_over)
    }

    /// Whether who does not know the state has to wait with writing to it.
    pub(super) fn closed(&self) -> Option<Wait> {
        (self.known.is_none() && self.progress.borrow().is_closed).then(|| Wait(self.progress.subscribe()))
    }

    /// Where the state is ahead of the disk.
    pub(super) fn tentative(&self) -> Option<Tentative> {
        let (version, now) = (self.version()?, *self.progress.borrow());
        let progress = || self.progress.subscribe();
        (version > now.reached).then(|| Tentative { version, forgotten: now.forgotten, progress: progress() })
    }

    /// An event is on its way to the disk.
    pub(super) fn take_in(&mut self, event: &Event) {
        if let Some(known) = &mut self.known {
            known.state.evolve(event);
            known.version = known.version.after(1);
        }
        self.progress.send_if_modified(|now| {
            now.on_their_way = now.on_their_way.saturating_add(1);
            false
        });
    }

    /// The store has answered for one event.
    pub(super) fn answered(&mut self) {
        self.progress.send_modify(|now| now.on_their_way = now.on_their_way.saturating_sub(1));
    }

    /// So much is on the disk. A state that does not reach so far is none.
    pub(super) fn reach(&mut self, version: Version) {
        self.progress.send_modify(|now| now.reached = now.reached.max(version));
        if self.version().is_some_and(|known| known < version) {
            self.forget();
        }
    }

    /// The state is not to be relied on any more. Who waits for it to become durable is told.
    pub(super) fn forget(&mut self) {
        if self.known.take().is_some() {
            self.progress.send_modify(|now| now.forgotten = now.forgotten.saturating_add(1));
        }
    }

    /// Also that the stream had reached any version: the log may be another one now.
    pub(super) fn forget_all(&mut self) {
        self.forget();
        self.progress.send_modify(|now| now.reached = Version::EMPTY);
    }

    /// Takes a state that was read. Not where the stream has moved on since, or is moving: who has read it reads on then,
    /// when all that is on its way has arrived, and nobody sends more meanwhile.
    pub(super) fn learn(&mut self, version: Version, state: impl FnOnce() -> State) -> Option<Wait> {
        let now = *self.progress.borrow();
        if self.known.is_some() {
            return None;
        }
        if now.on_their_way > 0 || version < now.reached {
            self.progress.send_modify(|now| now.is_closed = true);
            return Some(Wait(self.progress.subscribe()));
        }
        self.known = Some(Known { state: state(), version });
        self.progress.send_modify(|now| {
            now.reached = version;
            now.is_closed = false;
        });
        None
    }

    /// Lets those write who do not know the state.
    pub(super) fn open(&mut self) {
        self.progress.send_modify(|now| now.is_closed = false);
    }
}
