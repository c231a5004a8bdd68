//! Does a log that others serve stay what it was? A monitor that never forgets what it saw.
//!
//! Each look reads the newest checkpoint, proves that it continues the one that is kept, keeps it, and then reads the
//! entries that are new and holds them against the signed root, the chain and the rules, and the anchors that they speak
//! of against the log and the block chain.

mod alert;
mod anchors;
mod cadence;
mod follower;
mod state;

pub use alert::Alert;

use crate::{
    Class, HeaderSource, LogAddress, ReadError, Reader,
    compare::continues,
    evidence::{Contradiction, Kind},
    served::{ServedError, ServedLog, Source},
    verify::Trust,
};
use alert::Found;
use anchors::AnchorWatch;
use edgecoder_events::{Clock, UnixMillis};
use edgecoder_ledger::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::{Note, NoteError, VerifierKey},
    verify::Class as ByteClass,
};
use follower::Follower;
use state::{Kept, State};
use std::{path::PathBuf, time::Duration};

/// What to watch, and what counts as wrong.
#[derive(Debug, Clone)]
pub struct WatchWish {
    pub address: LogAddress,
    /// Where the newest checkpoint, the keys and the evidence are kept.
    pub state: PathBuf,
    /// Keys that the auditor knows; without any, those of the first look are believed from then on.
    pub keys: Vec<VerifierKey>,
    /// How old the newest checkpoint may become, in milliseconds; without it, any age.
    pub stale_after_ms: Option<u64>,
    /// Whether entries are left unread.
    pub checkpoints_only: bool,
    /// How long one look may take. What is not read by then is read at the next one.
    pub look_within: Duration,
}

/// Why a watch cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error("the state of the watch in {}: {problem}", folder.display())]
    State { folder: PathBuf, problem: String },
    #[error(transparent)]
    Source(#[from] ServedError),
}

/// What one look saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The checkpoint, where it is one to be believed and continues what was seen before.
    pub checkpoint: Option<Checkpoint>,
    /// Whether it is larger than the one before.
    pub grew: bool,
    pub alerts: Vec<Alert>,
}

/// What a look has seen so far: it is told even where the look does not come to its end.
#[derive(Default)]
struct Seen {
    checkpoint: Option<Checkpoint>,
    alerts: Vec<Alert>,
}

/// Watches one log.
pub struct Watch {
    wish: WatchWish,
    source: Source,
    state: State,
    kept: Option<Kept>,
    trust: Option<Trust>,
    follower: Option<Follower>,
    anchors: AnchorWatch,
}

/// Why a look ends early.
enum Stop {
    Alert(Box<Alert>),
    Error(WatchError),
}

impl From<WatchError> for Stop {
    fn from(error: WatchError) -> Self {
        Self::Error(error)
    }
}

impl From<Alert> for Stop {
    fn from(alert: Alert) -> Self {
        Self::Alert(Box::new(alert))
    }
}

impl From<ServedError> for Stop {
    fn from(error: ServedError) -> Self {
        Alert::of_reading(&error).into()
    }
}

impl Watch {
    /// Takes up the watch where its state says that it stood. `headers` say which blocks are in the best chain.
    ///
    /// # Errors
    /// The state cannot be read, or nothing can be asked at this address.
    pub fn begin(wish: WatchWish, headers: HeaderSource) -> Result<Self, WatchError> {
        let source = Source::open(&wish.address).map_err(ServedError::from)?;
        let state = State::in_folder(&wish.state);
        let kept = state.kept()?;
        let keys = if wish.keys.is_empty() { state.keys()? } else { wish.keys.clone() };
        let known = kept.as_ref().filter(|_| !keys.is_empty());
        let trust = known.map(|kept| Trust::known(&kept.checkpoint.origin, keys));
        let anchors = AnchorWatch::by(headers);
        Ok(Self { wish, source, state, kept, trust, follower: None, anchors })
    }

    /// Looks once. A log that answers so slowly that the look is not over in time is an alert, beside all that was found.
    ///
    /// # Errors
    /// The state cannot be written: what is not kept would be forgotten.
    pub async fn look(&mut self, clock: &dyn Clock) -> Result<Look, WatchError> {
        let before = self.kept_size();
        let (mut seen, within) = (Seen::default(), self.wish.look_within);
        let is_cut = match tokio::time::timeout(within, self.look_into(clock, &mut seen)).await {
            Ok(ended) => ended.map(|()| false)?,
            Err(_) => true,
        };
        let Seen { checkpoint, mut alerts } = seen;
        if is_cut {
            alerts.push(self.cut_short());
        }
        if let Some(said) = self.follower.as_ref().and_then(Follower::anchors) {
            if is_cut || checkpoint.is_some() {
                alerts.extend(self.anchors.standing(said));
            }
            if checkpoint.is_some() {
                alerts.extend(cadence::overdue(&said.in_order(), said.waiting(), clock.now()));
            }
        }
        if let Some(follower) = &self.follower {
            alerts.extend(follower.findings());
        }
        alerts.extend(self.staleness(clock.now()));
        Ok(Look { checkpoint, grew: self.kept_size() > before, alerts })
    }

    /// May be dropped at every wait: what was read until then stays, and the next look goes on there.
    async fn look_into(&mut self, clock: &dyn Clock, seen: &mut Seen) -> Result<(), WatchError> {
        match self.advance(clock).await {
            Ok(log) => {
                seen.checkpoint = Some(log.checkpoint().clone());
                if let Some(said) = self.follower.as_ref().and_then(Follower::anchors) {
                    seen.alerts.extend(self.anchors.judge(&log, said).await);
                }
            }
            Err(Stop::Alert(alert)) => seen.alerts.push(*alert),
            Err(Stop::Error(error)) => return Err(error),
        }
        Ok(())
    }

    fn cut_short(&self) -> Alert {
        let (seconds, read) = (self.wish.look_within.as_secs(), self.follower.as_ref().map_or(0, Follower::size));
        let detail = format!(
            "the log was not read in {seconds} s: {read} entries are, and the next look goes on there; if that is its \
             length, give --look-within more"
        );
        Alert::new(Found::Unreachable, detail)
    }

    fn kept_size(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.checkpoint.size)
    }

    async fn advance(&mut self, clock: &dyn Clock) -> Result<ServedLog, Stop> {
        let log = ServedLog::newest(&self.source).await?;
        self.check_signature(&log).await?;
        self.check_history(&log).await?;
        let is_new = self.kept.as_ref().is_none_or(|kept| kept.checkpoint.size < log.size());
        if is_new {
            self.kept = Some(self.state.keep(&log, clock.now())?);
        }
        if !self.wish.checkpoints_only {
            self.follow(&log).await?;
        }
        Ok(log)
    }

    /// The keys are those that were given, those that the first look found, and those that they handed over to.
    async fn check_signature(&mut self, log: &ServedLog) -> Result<(), Stop> {
        let (note, mut reader) = ([log.note().to_owned()], Reader::of(log.clone()));
        let mut trust = match &self.trust {
            Some(trust) => trust.clone(),
            None => Trust::find(&self.wish.keys, None, &note, &mut reader).await,
        };
        let known = trust.keys.len();
        trust.learn_rotations(&note, &mut reader).await;
        let verified = Note::parse(log.note().as_bytes()).and_then(|parsed| parsed.verify(&trust.keys).map(drop));
        let is_same_log = trust.origin == log.checkpoint().origin;
        let learned = trust.keys.len() > known || self.kept.is_none();
        if verified.is_ok() && is_same_log && learned && self.wish.keys.is_empty() {
            self.state.keep_keys(&trust.keys)?;
        }
        self.trust = (self.kept.is_some() || verified.is_ok()).then_some(trust);
        match verified.map_err(CheckpointError::from) {
            Ok(()) if is_same_log => Ok(()),
            Ok(()) => Err(self.contradiction_of_origin(log).into()),
            Err(error @ CheckpointError::Note(NoteError::BadSignature { .. })) => {
                Err(Alert::new(Found::Finding(Class::Bytes(ByteClass::BadSignature)), error.to_string()).into())
            }
            Err(error) => {
                Err(Alert::new(Found::Finding(Class::Bytes(ByteClass::UnknownKey)), error.to_string()).into())
            }
        }
    }

    fn contradiction_of_origin(&self, log: &ServedLog) -> Alert {
        let watched = self.trust.as_ref().map_or("", |trust| trust.origin.as_str());
        let detail = format!("the checkpoint is of the log {:?}, watched is {watched:?}", log.checkpoint().origin);
        Alert::new(Found::Finding(Class::Bytes(ByteClass::BadCheckpoint)), detail)
    }

    /// Whether the log goes on from what was kept. What does not is kept as evidence, and never instead of it.
    async fn check_history(&self, log: &ServedLog) -> Result<(), Stop> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let (old, new) = (&kept.checkpoint, log.checkpoint());
        if new.size < old.size {
            return Err(self.contradiction(Kind::Rollback, kept, log)?.into());
        }
        let goes_on =
            if new.size == old.size { new.root == old.root } else { old.size == 0 || continues(log, old).await? };
        if goes_on { Ok(()) } else { Err(self.contradiction(Kind::Fork, kept, log)?.into()) }
    }

    fn contradiction(&self, kind: Kind, kept: &Kept, log: &ServedLog) -> Result<Alert, WatchError> {
        let (place, old, new) = (self.wish.address.to_string(), &kept.checkpoint, log.checkpoint());
        let seen = [("this watch before", old, kept.note.as_str()), (&place, new, log.note())];
        let file = Contradiction { kind, seen, common: None }.keep(&self.wish.state);
        let evidence = file.map_err(|error| self.state.error(&error))?;
        let (known, shown) = (hex::encode(old.root), hex::encode(new.root));
        let detail = format!("known size {} root {known}, now size {} root {shown}", old.size, new.size);
        let alert = match kind {
            Kind::Rollback => Alert::new(Found::Rollback, detail),
            Kind::Fork => {
                let detail = format!("{detail}: INCONSISTENT, no history has both");
                Alert::new(Found::Finding(Class::Bytes(ByteClass::Fork)), detail)
            }
        };
        Ok(alert.with_evidence(evidence))
    }

    /// Reads what is new, from the beginning in a process that has read nothing yet: the rules rest on all of it.
    async fn follow(&mut self, log: &ServedLog) -> Result<(), Stop> {
        let Some(trust) = &self.trust else { return Ok(()) };
        let follower = self.follower.get_or_insert_with(|| Follower::new(trust));
        let followed = follower.follow(log, trust).await;
        followed.map_err(|error: ReadError| Alert::new(Found::Finding(Class::Unreadable), error.to_string()).into())
    }

    fn staleness(&self, now: UnixMillis) -> Option<Alert> {
        let (kept, limit) = self.kept.as_ref().zip(self.wish.stale_after_ms)?;
        let age_ms = now.ms_since(kept.since);
        let size = kept.checkpoint.size;
        let detail = || format!("no checkpoint came after that of size {size} for {} s", age_ms / 1_000);
        (age_ms > limit).then(|| Alert::new(Found::Stale, detail()))
    }
}
