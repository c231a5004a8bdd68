//! What is to be done with a subtask, and what came of it?

mod budget;
mod diff;
mod fitting;
mod models;
mod program;
mod prompt;
pub mod report;
mod snapshot;
mod verdict;
mod workspace;

pub use budget::Budget;
pub use models::Models;

use crate::{
    WorkerSettings,
    measures::{Measures, RunOutcome},
};
use edgecoder_events::task::WorkKind;
use edgecoder_sandbox::{Job, Limits, Run, RunReport, Sandbox, SandboxError};
use edgecoder_wire::{
    tasks::Report,
    work::{Lack, Work},
};
use snapshot::Snapshots;
use std::sync::Arc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use workspace::Workspace;

/// Memory of one run, in bytes.
const RUN_MEMORY_BYTES: u64 = 512 * 1024 * 1024;
/// What a run prints, in bytes; more of it ends the run.
const RUN_OUTPUT_BYTES: u64 = 1024 * 1024;
/// Submitted files, a snapshot, and as much again for what the run writes.
const RUN_WORKSPACE_BYTES: u64 = 96 * 1024 * 1024;

/// The work was done, well or badly: what there is to say of it.
#[derive(Debug)]
pub struct Solved(pub Box<Report>);

/// Why this machine can not do the work, though another may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unable {
    /// What it lacks, where there is a word for it that goes into the log.
    pub lacks: Option<Lack>,
    /// In its own words, which stay with the machine and its owner.
    pub why: String,
}

impl Unable {
    /// For a reason that the log has no word for.
    pub fn because(why: impl Into<String>) -> Self {
        Self { lacks: None, why: why.into() }
    }

    fn without(lack: Lack, why: impl Into<String>) -> Self {
        Self { lacks: Some(lack), why: why.into() }
    }
}

/// What stops the work before it has an outcome of its own.
#[derive(Debug)]
pub enum Fault {
    /// This machine's: another one may do better.
    OfMachine(Unable),
    /// The submission's: no machine can do better.
    OfSubmission(String),
}

impl From<SandboxError> for Fault {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Path { .. } | SandboxError::Job(_) => Self::OfSubmission(error.to_string()),
            SandboxError::Unsupported(_)
            | SandboxError::Preparation(_)
            | SandboxError::Start(_)
            | SandboxError::Workspace(_)
            | SandboxError::Follow(_) => Self::OfMachine(Unable::without(Lack::Sandbox, error.to_string())),
            SandboxError::ShuttingDown => Self::OfMachine(Unable::because(error.to_string())),
        }
    }
}

/// What work is done with.
pub struct Solver {
    sandbox: Arc<Sandbox>,
    snapshots: Snapshots,
    measures: Measures,
    pub models: Models,
}

impl Solver {
    /// Looks for a model server once; [`Models::keep_fresh`] goes on looking.
    pub async fn new(settings: &WorkerSettings, sandbox: Arc<Sandbox>, measures: Measures) -> Self {
        let models = Models::new(settings.models.clone());
        models.refresh().await;
        Self { sandbox, snapshots: Snapshots::new(settings), measures, models }
    }

    /// Does the work within its budget. What the submission itself does wrong is a failed report, not an inability.
    ///
    /// # Errors
    /// [`Unable`] says what this machine lacks.
    pub async fn solve(&self, work: &Work, budget: Budget, cancel: &CancellationToken) -> Result<Solved, Unable> {
        match self.try_solve(work, budget, cancel).await {
            Ok(report) => Ok(Solved(Box::new(report))),
            Err(Fault::OfMachine(unable)) => Err(unable),
            Err(Fault::OfSubmission(why)) => Ok(Solved(Box::new(report::refused(why)))),
        }
    }

    async fn try_solve(&self, work: &Work, budget: Budget, cancel: &CancellationToken) -> Result<Report, Fault> {
        self.sandbox.supports(work.language).map_err(SandboxError::from)?;
        let bench = Bench { solver: self, work, budget, cancel };
        let submitted = bench.workspace().await?;
        match work.work {
            WorkKind::Program => program::run(&bench, submitted).await,
            WorkKind::Prompt => prompt::write(&bench, submitted).await,
        }
    }
}

/// One piece of work and what it may use.
struct Bench<'a> {
    solver: &'a Solver,
    work: &'a Work,
    budget: Budget,
    cancel: &'a CancellationToken,
}

impl Bench<'_> {
    /// The files of the snapshot, and over them those of the submission.
    async fn workspace(&self) -> Result<Workspace, Fault> {
        let mut files = match &self.work.snapshot {
            Some(snapshot) => self.solver.snapshots.fetch(snapshot, self.budget.left()).await?,
            None => Workspace::default(),
        };
        for file in &self.work.files {
            files.put(&file.path, file.content.clone().into_bytes());
        }
        Ok(files)
    }

    /// Runs something of a workspace, at most until the report must be written.
    async fn run(&self, files: &Workspace, run: Run) -> Result<RunReport, Fault> {
        let left_ms = u64::try_from(self.budget.left().as_millis()).unwrap_or(u64::MAX);
        let job = Job {
            language: self.work.language,
            files: files.job_files(),
            run,
            args: self.work.args.clone(),
            stdin: self.work.stdin.clone().unwrap_or_default().into_bytes(),
            limits: Limits {
                wall_ms: self.work.timeout_ms.min(left_ms),
                memory_bytes: RUN_MEMORY_BYTES,
                output_bytes: RUN_OUTPUT_BYTES,
                workspace_bytes: RUN_WORKSPACE_BYTES,
            },
        };
        let began = Instant::now();
        let ran = self.solver.sandbox.run(job, self.cancel.clone()).await;
        let outcome = if ran.is_ok() { RunOutcome::Ran } else { RunOutcome::Refused };
        self.solver.measures.ran(outcome, began.elapsed());
        Ok(ran?)
    }
}
