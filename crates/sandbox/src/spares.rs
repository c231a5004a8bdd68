//! Which interpreters are started already and wait for a job?
//!
//! An interpreter takes some tens of milliseconds to start and to lock itself down, so after its first job each language
//! keeps a few waiting. One that waits too long ends itself; whoever takes it notices and starts another.

use crate::{
    ChildCommand, SandboxError, SandboxSettings, frame,
    message::Assignment,
    prepared::{COMPILER_SETTINGS, PreparedPython},
    workspace::Workspace,
};
use edgecoder_events::task::Language;
use std::{
    collections::HashMap,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdUnixStream},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    net::UnixStream,
    process::{Child, Command},
};

/// A child that loads its interpreter, or has, and waits for its one job.
pub struct Interpreter {
    pub child: Child,
    pub socket: UnixStream,
    pub workspace: Arc<Workspace>,
}

/// The waiting interpreters of this machine.
pub struct Spares {
    child: ChildCommand,
    runtime_dir: PathBuf,
    keep: usize,
    waiting: Mutex<HashMap<Language, Vec<Interpreter>>>,
}

impl Spares {
    pub fn new(settings: &SandboxSettings) -> Self {
        Self {
            child: settings.child.clone(),
            runtime_dir: settings.runtime_dir.clone(),
            keep: settings.spare_children.min(SandboxSettings::MAX_SPARES),
            waiting: Mutex::default(),
        }
    }

    /// One that waits, if there is any.
    pub fn take(&self, language: Language) -> Option<Interpreter> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&language)?.pop()
    }

    /// Starts what is missing to the wanted number; they get ready by themselves.
    pub fn refill(&self, language: Language) -> Result<(), SandboxError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let spares = waiting.entry(language).or_default();
        spares.retain_mut(|spare| matches!(spare.child.try_wait(), Ok(None)));
        while spares.len() < self.keep {
            spares.push(self.start(language)?);
        }
        Ok(())
    }

    /// Ends all that wait.
    pub async fn clear(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for mut spare in waiting.into_values().flatten() {
            // One that has just ended itself is what we want.
            let _already_gone = spare.child.kill().await;
        }
    }

    /// Starts an interpreter in a workspace of its own.
    pub fn start(&self, language: Language) -> Result<Interpreter, SandboxError> {
        let workspace = Workspace::create(&self.runtime_dir.join("work")).map_err(SandboxError::Workspace)?;
        let prepared_python = match language {
            Language::Python => Some(PreparedPython::in_runtime_dir(&self.runtime_dir).dir().to_owned()),
            Language::Javascript => None,
        };
        let assignment = Assignment::Interpret { language, prepared_python, workspace: workspace.path().to_owned() };
        let (child, socket) = spawn(&self.child, &assignment, workspace.path()).map_err(SandboxError::Start)?;
        Ok(Interpreter { child, socket, workspace: Arc::new(workspace) })
    }
}

/// Starts a child with an environment that holds nothing of ours in its own process group and tells it what it is for.
pub fn spawn(command: &ChildCommand, assignment: &Assignment, tmp: &Path) -> io::Result<(Child, UnixStream)> {
    let (mut ours, theirs) = StdUnixStream::pair()?;
    let child = Command::new(&command.exe)
        .args(&command.args)
        .env_clear()
        .env("TMPDIR", tmp)
        .env(COMPILER_SETTINGS.0, COMPILER_SETTINGS.1)
        .current_dir("/")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    // Some hundred bytes: they fit the socket's buffer and cannot block.
    frame::write(&mut ours, &serde_json::to_vec(assignment)?)?;
    ours.set_nonblocking(true)?;
    Ok((child, UnixStream::from_std(ours)?))
}
