//! Which languages can this machine run now? JavaScript from the start, Python as soon as it is prepared.

use crate::{diary::Diary, link::Link};
use edgecoder_events::task::Language;
use edgecoder_sandbox::{Readiness, Sandbox, SandboxError};
use edgecoder_wire::agents::PreparingLanguage;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::watch;

const ALL: [Language; 2] = [Language::Python, Language::Javascript];
/// How long after a failed preparation the next one begins: what was in its way, a full disk, takes a person to mend.
const PREPARE_AGAIN_AFTER: Duration = Duration::from_mins(5);

/// Whether work in Python is asked for. Once it is, a run that finds it gone prepares it again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Python {
    Preparing { percent: u8 },
    Failed,
    Offered,
}

/// What of its sandbox a worker offers to its coordinator.
pub struct Languages {
    sandbox: Arc<Sandbox>,
    python: watch::Sender<Python>,
}

impl Languages {
    /// Looks at what is prepared already.
    pub fn of(sandbox: Arc<Sandbox>) -> Self {
        let is_ready = sandbox.status() == Readiness::Ready;
        let python = if is_ready { Python::Offered } else { Python::Preparing { percent: 0 } };
        Self { sandbox, python: watch::Sender::new(python) }
    }

    /// Those that this machine takes work in now.
    pub fn offered(&self) -> Vec<Language> {
        let is_prepared = |language| language != Language::Python || *self.python.borrow() == Python::Offered;
        ALL.into_iter().filter(|it| is_prepared(*it) && self.sandbox.supports(*it).is_ok()).collect()
    }

    /// The one that this machine will take work in soon, and how far it is.
    pub fn preparing(&self) -> Option<PreparingLanguage> {
        match *self.python.borrow() {
            Python::Preparing { percent } => Some(PreparingLanguage { language: Language::Python, percent }),
            Python::Failed | Python::Offered => None,
        }
    }

    /// Changes with what is offered and what is being prepared.
    pub fn watch(&self) -> watch::Receiver<Python> {
        self.python.subscribe()
    }

    /// Prepares Python if that is still to be done, and has the coordinator told. Goes on for as long as it is polled.
    pub async fn prepare(&self, link: &Link, diary: &Diary) -> Infallible {
        while *self.python.borrow() != Python::Offered {
            match self.prepare_python().await {
                Ok(()) => link.want_registration(),
                Err(error) => {
                    tracing::error!(%error, "this machine takes no work in Python for now");
                    diary.note(&format!("takes no work in Python for now: {error}"));
                    tokio::time::sleep(PREPARE_AGAIN_AFTER).await;
                }
            }
        }
        std::future::pending().await
    }

    /// Prepares Python once.
    pub async fn prepare_python(&self) -> Result<(), SandboxError> {
        self.python.send_replace(Python::Preparing { percent: 0 });
        let progress = |percent| {
            tracing::info!(percent, "the sandbox is being prepared");
            self.python.send_replace(Python::Preparing { percent });
        };
        let prepared = self.sandbox.prepare(|step| progress(step.percent)).await;
        self.python.send_replace(if prepared.is_ok() { Python::Offered } else { Python::Failed });
        prepared
    }
}
