//! How does a job run in the machine's own interpreters?
//!
//! `process` puts them into bubblewrap's namespaces, Landlock, seccomp and a cgroup; `docker` into a container; `none`
//! into nothing, for a person's own machine.

pub mod bubblewrap;
mod cgroup;
pub mod docker;
mod program;

use crate::{
    Job, RunReport, SandboxError, SandboxSettings,
    supervise::{Bounds, observe},
    verdict,
    workspace::{Workspace, collect, fill},
};
use cgroup::Cgroup;
use edgecoder_events::{agent::SandboxMode, task::Language};
use program::Program;
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// Where systems keep their own programs. A search path could name anything.
const PROGRAM_FOLDERS: &[&str] = &["/usr/bin", "/usr/local/bin", "/bin", "/opt/homebrew/bin"];

/// The machine's own program of that name.
pub fn find_program(name: &str) -> Option<PathBuf> {
    PROGRAM_FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

/// The machine's own interpreter.
pub fn interpreter_of(language: Language) -> Result<PathBuf, String> {
    let (name, package) = match language {
        Language::Python => ("python3", "python3"),
        Language::Javascript => ("node", "nodejs (20 or newer)"),
    };
    find_program(name).ok_or_else(|| format!("`{name}` is missing, install {package} with the system's packages"))
}

/// Runs the job with the machine's own interpreter.
pub async fn run(
    mode: SandboxMode,
    settings: &SandboxSettings,
    job: &Arc<Job>,
    cancel: &CancellationToken,
) -> Result<RunReport, SandboxError> {
    let work = settings.runtime_dir.join("work");
    let workspace = Arc::new(Workspace::create(&work).map_err(SandboxError::Workspace)?);
    let before = fill(&workspace, job).await?;
    let program = Program::of(job, &work).map_err(SandboxError::Workspace)?;
    let cgroup = if mode == SandboxMode::Process { Cgroup::create(&program.name(), &job.limits) } else { None };
    let mut command = match mode {
        SandboxMode::Process => bubblewrap::command(settings, job, &program, &workspace, cgroup.as_ref()),
        SandboxMode::Docker => docker::command(job, &program, &workspace),
        SandboxMode::None | SandboxMode::Wasm => plain(job, &program, &workspace),
    }
    .map_err(SandboxError::Job)?;
    let stdin = File::open(program.stdin()).map_err(SandboxError::Workspace)?;
    let mut child = start(&mut command, stdin).map_err(SandboxError::Start)?;
    let report = program.report();
    let bounds = Bounds { limits: &job.limits, folders: &[workspace.path(), &report], cancel };
    let seen = observe(&mut child, std::future::ready(None), bounds).await.map_err(SandboxError::Follow)?;
    if mode == SandboxMode::Docker && seen.stopped.is_some() {
        docker::kill(&program.name()).await;
    }
    let out_of_memory = cgroup.as_ref().is_some_and(Cgroup::ran_out_of_memory) || says_out_of_memory(&seen.stderr);
    if let Some(cgroup) = cgroup {
        cgroup.remove().await;
    }
    let leftover = collect(&workspace, before, job.limits.workspace_bytes).await?;
    let tests = program.test_report().await;
    Ok(RunReport { tests, ..verdict::of_program(&seen, leftover, out_of_memory) })
}

fn start(command: &mut Command, stdin: File) -> io::Result<tokio::process::Child> {
    command
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

fn plain(job: &Job, program: &Program, workspace: &Workspace) -> Result<Command, String> {
    let mut command = Command::new(interpreter_of(job.language)?);
    command.args(program.arguments(workspace.path(), &program.control(), &program.report()));
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8");
    command.current_dir(workspace.path());
    Ok(command)
}

/// What the interpreters themselves print last when their memory is at its end.
fn says_out_of_memory(stderr: &[u8]) -> bool {
    let text = String::from_utf8_lossy(stderr);
    text.lines().next_back().is_some_and(|last| last.starts_with("MemoryError"))
        || text.contains("JavaScript heap out of memory")
}
