//! How does a caller run a job and know whether this machine can?

use crate::{
    Job, RunReport, SandboxError, SandboxSettings, Unsupported, lockdown, modes,
    preparation::{Preparation, PrepareProgress, Readiness},
    prepared::make_ours_alone,
    spares::Spares,
    wasm,
    workspace::{check_path, remove_abandoned},
};
use edgecoder_events::{agent::SandboxMode, task::Language};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Standard input of a job, in bytes.
const MAX_STDIN_BYTES: usize = 1024 * 1024;
/// All arguments of a job together, in bytes.
const MAX_ARGUMENT_BYTES: usize = 64 * 1024;
/// Test files of one job.
const MAX_TEST_FILES: usize = 500;

/// Runs jobs, each by itself.
pub struct Sandbox {
    settings: SandboxSettings,
    preparation: Preparation,
    spares: Spares,
    closing: CancellationToken,
}

impl Sandbox {
    /// Checks that the mode can be had on this machine and makes the runtime folder. Starts nothing yet.
    pub fn new(settings: SandboxSettings) -> Result<Self, SandboxError> {
        make_ours_alone(&settings.runtime_dir).map_err(SandboxError::Workspace)?;
        let work = settings.runtime_dir.join("work");
        make_ours_alone(&work).and_then(|()| remove_abandoned(&work)).map_err(SandboxError::Workspace)?;
        Ok(Self {
            preparation: Preparation::new(settings.child.clone(), settings.runtime_dir.clone()),
            spares: Spares::new(&settings),
            settings,
            closing: CancellationToken::new(),
        })
    }

    /// Whether this machine runs that language, and what is missing where it does not.
    pub fn supports(&self, language: Language) -> Result<(), Unsupported> {
        let why = match (self.settings.mode, language) {
            (SandboxMode::Wasm, Language::Python) => Ok(()),
            (SandboxMode::Wasm, Language::Javascript) => lockdown::check_available(),
            (SandboxMode::Process, _) => modes::bubblewrap::check(language),
            (SandboxMode::Docker, _) => modes::docker::check(),
            (SandboxMode::None, _) => modes::interpreter_of(language).map(drop),
        };
        why.map_err(|why| Unsupported { language, why })
    }

    /// Prepares Python if that is still to be done, telling how far it is. Other modes have nothing to prepare.
    pub async fn prepare(&self, progress: impl Fn(PrepareProgress)) -> Result<(), SandboxError> {
        if self.settings.mode != SandboxMode::Wasm {
            return Ok(());
        }
        let mut watch = self.preparation.watch();
        let ensured = self.preparation.ensure();
        tokio::pin!(ensured);
        loop {
            tokio::select! {
                outcome = &mut ensured => return outcome,
                // The sender lives as long as we do: this never ends by itself.
                _ = watch.changed() => if let Readiness::Preparing(step) = *watch.borrow_and_update() {
                    progress(step);
                },
            }
        }
    }

    /// Whether Python can be run now.
    pub fn status(&self) -> Readiness {
        if self.settings.mode == SandboxMode::Wasm { self.preparation.readiness() } else { Readiness::Ready }
    }

    /// Returns when Python can be run.
    pub async fn wait_ready(&self) -> Result<(), SandboxError> {
        self.prepare(|_| ()).await
    }

    /// Runs a job to its end or to its limits. Python that is still being prepared is waited for.
    pub async fn run(&self, job: Job, cancel: CancellationToken) -> Result<RunReport, SandboxError> {
        if self.closing.is_cancelled() {
            return Err(SandboxError::ShuttingDown);
        }
        let job = Arc::new(Job { limits: job.limits.clamped(), ..job });
        check(&job)?;
        self.supports(job.language)?;
        // Ends with the caller's token or with ours.
        let stop = self.closing.child_token();
        let _when_run_ends = stop.clone().drop_guard();
        let relay = async {
            cancel.cancelled().await;
            stop.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            report = self.run_confined(&job, &stop) => report,
            () = relay => Err(SandboxError::ShuttingDown),
        }
    }

    async fn run_confined(&self, job: &Arc<Job>, cancel: &CancellationToken) -> Result<RunReport, SandboxError> {
        match self.settings.mode {
            SandboxMode::Wasm => wasm::run(&self.preparation, &self.spares, job, cancel).await,
            mode @ (SandboxMode::Process | SandboxMode::Docker | SandboxMode::None) => {
                modes::run(mode, &self.settings, job, cancel).await
            }
        }
    }

    /// Stops what runs, ends what waits, and takes no more jobs.
    pub async fn shutdown(&self) {
        self.closing.cancel();
        self.spares.clear().await;
    }
}

fn check(job: &Job) -> Result<(), SandboxError> {
    job.run.paths().iter().try_for_each(|path| check_path(path))?;
    let argument_bytes = job.args.iter().map(String::len).fold(0_usize, usize::saturating_add);
    let refuse = |why: &str| Err(SandboxError::Job(why.to_owned()));
    match job {
        _ if job.run.paths().is_empty() => refuse("it names no file to run"),
        _ if job.run.paths().len() > MAX_TEST_FILES => refuse("it names more than 500 test files"),
        _ if job.stdin.len() > MAX_STDIN_BYTES => refuse("its standard input is longer than 1 MiB"),
        _ if argument_bytes > MAX_ARGUMENT_BYTES => refuse("its arguments are longer than 64 KiB"),
        _ if job.args.iter().any(|argument| argument.contains('\0')) => refuse("an argument has a NUL in it"),
        _ => Ok(()),
    }
}
