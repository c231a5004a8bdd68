//! Is Python prepared on this machine, and if not, how far is it?

use crate::{
    ChildCommand, SandboxError, frame,
    message::{Answer, Assignment, PrepareStep},
    prepared::PreparedPython,
    spares::spawn,
};
use std::{io, path::PathBuf, time::Duration};
use tokio::{
    io::AsyncReadExt,
    net::UnixStream,
    sync::{Mutex, watch},
    time::timeout,
};

/// Preparing takes seconds; on the slowest machine minutes.
const LIMIT: Duration = Duration::from_mins(15);
/// What a failed child may say about it, in bytes.
const MAX_COMPLAINT_BYTES: u64 = 4096;

/// Whether Python can be run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Nobody has asked for it yet.
    NotPrepared,
    Preparing(PrepareProgress),
    Ready,
    Failed(String),
}

/// How far the preparation of Python is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrepareProgress {
    pub step: PrepareStep,
    /// 0 to 100, by the time that the steps usually take.
    pub percent: u8,
}

impl From<PrepareStep> for PrepareProgress {
    fn from(step: PrepareStep) -> Self {
        let percent = match step {
            PrepareStep::Waiting => 0,
            PrepareStep::Unpacking => 2,
            PrepareStep::Starting => 8,
            PrepareStep::Compiling => 50,
        };
        Self { step, percent }
    }
}

/// The one preparation of this process; a file lock makes it the only one of the machine.
pub struct Preparation {
    child: ChildCommand,
    runtime_dir: PathBuf,
    /// Held by the one that prepares.
    turn: Mutex<()>,
    readiness: watch::Sender<Readiness>,
}

impl Preparation {
    pub fn new(child: ChildCommand, runtime_dir: PathBuf) -> Self {
        let ready = PreparedPython::in_runtime_dir(&runtime_dir).exists();
        let readiness = if ready { Readiness::Ready } else { Readiness::NotPrepared };
        Self { child, runtime_dir, turn: Mutex::new(()), readiness: watch::Sender::new(readiness) }
    }

    pub fn readiness(&self) -> Readiness {
        self.readiness.borrow().clone()
    }

    pub fn watch(&self) -> watch::Receiver<Readiness> {
        self.readiness.subscribe()
    }

    /// Returns when Python is prepared, by us or by another.
    pub async fn ensure(&self) -> Result<(), SandboxError> {
        if self.readiness() == Readiness::Ready {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if self.readiness() == Readiness::Ready {
            return Ok(());
        }
        let outcome = timeout(LIMIT, self.prepare()).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        match outcome {
            Ok(()) => {
                self.readiness.send_replace(Readiness::Ready);
                Ok(())
            }
            Err(error) => {
                self.readiness.send_replace(Readiness::Failed(error.to_string()));
                Err(SandboxError::Preparation(error.to_string()))
            }
        }
    }

    /// Python turned out not to be what we prepared: the next one who asks prepares it anew.
    pub fn forget(&self) {
        self.readiness.send_replace(Readiness::NotPrepared);
    }

    async fn prepare(&self) -> io::Result<()> {
        let staging = self.runtime_dir.join(crate::child::STAGING);
        let assignment = Assignment::Prepare { dir: self.runtime_dir.clone() };
        let (mut child, mut socket) = spawn(&self.child, &assignment, &staging)?;
        let outcome = self.follow(&mut socket).await;
        if outcome.is_ok() {
            return child.wait().await.map(drop);
        }
        let mut complaint = String::new();
        if let Some(stderr) = child.stderr.take() {
            child.start_kill()?;
            stderr.take(MAX_COMPLAINT_BYTES).read_to_string(&mut complaint).await?;
        }
        outcome.map_err(|error| io::Error::new(error.kind(), format!("{error} {}", complaint.trim())))
    }

    async fn follow(&self, socket: &mut UnixStream) -> io::Result<()> {
        loop {
            match serde_json::from_slice(&frame::receive(socket).await?)? {
                Answer::Preparing(step) => {
                    self.readiness.send_replace(Readiness::Preparing(step.into()));
                }
                Answer::Prepared => return Ok(()),
                Answer::Unable(why) => return Err(io::Error::other(why)),
                Answer::Begun | Answer::Ended(_) => return Err(io::Error::other("the child answered out of turn")),
            }
        }
    }
}
