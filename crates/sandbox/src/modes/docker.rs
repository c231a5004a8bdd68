//! How is a job put into a container?

use super::{find_program, program::Program};
use crate::{Job, workspace::Workspace};
use edgecoder_events::task::Language;
use std::path::Path;
use tokio::process::Command;

/// The images, by their official short names; the engine's own settings say where they come from.
const PYTHON_IMAGE: &str = "python:3.13-slim";
const NODE_IMAGE: &str = "node:22-slim";
const WORKSPACE: &str = "/work";
const CONTROL: &str = "/.control";
const REPORT: &str = "/.report";

/// What is missing for this mode.
pub fn check() -> Result<(), String> {
    find_program("docker")
        .map(drop)
        .ok_or_else(|| "`docker` is missing, install Docker or choose the sandbox mode `wasm`".into())
}

pub fn command(job: &Job, program: &Program<'_>, workspace: &Workspace) -> Result<Command, String> {
    let docker = find_program("docker").ok_or("`docker` is missing")?;
    let mut command = Command::new(docker);
    command.args(arguments(job, program, workspace.path()));
    Ok(command)
}

/// Ends the container itself: killing the command line's process would leave it running.
pub async fn kill(name: &str) {
    if let Some(docker) = find_program("docker") {
        // A container that has just ended is what we want.
        let _already_gone = Command::new(docker).args(["kill", name]).output().await;
    }
}

fn arguments(job: &Job, program: &Program<'_>, workspace: &Path) -> Vec<String> {
    let (image, interpreter) = match job.language {
        Language::Python => (PYTHON_IMAGE, "python3"),
        Language::Javascript => (NODE_IMAGE, "node"),
    };
    let user = format!("{}:{}", rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let memory = format!("{}b", job.limits.memory_bytes);
    let name = program.name();
    let volumes = [
        format!("{}:{WORKSPACE}", workspace.display()),
        format!("{}:{CONTROL}:ro", program.control().display()),
        format!("{}:{REPORT}", program.report().display()),
    ];
    let fixed = [
        "run",
        "--rm",
        "--interactive",
        "--name",
        &name,
        "--network",
        "none",
        "--read-only",
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges",
        "--pids-limit",
        "64",
        "--memory",
        &memory,
        "--memory-swap",
        &memory,
        "--cpus",
        "1",
        "--tmpfs",
        "/tmp:rw,noexec,nosuid,nodev,size=32m",
        "--user",
        &user,
        "--workdir",
        WORKSPACE,
        "--log-driver",
        "none",
        "--pull",
        "missing",
    ];
    let mut args: Vec<String> = fixed.map(str::to_owned).to_vec();
    args.extend(volumes.into_iter().flat_map(|volume| ["--volume".to_owned(), volume]));
    args.extend([image.to_owned(), interpreter.to_owned()]);
    args.extend(program.arguments(Path::new(WORKSPACE), Path::new(CONTROL), Path::new(REPORT)));
    args
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Run};

    #[test]
    fn a_container_gets_no_network_no_powers_and_a_name_to_be_killed_by() {
        let parent = tempfile::tempdir().unwrap();
        let job = Job {
            language: Language::Python,
            files: vec![],
            run: Run::Script { path: "main.py".into() },
            args: vec!["--privileged".into()],
            stdin: vec![],
            limits: Limits::default(),
        };
        let program = Program::of(&job, parent.path()).unwrap();
        let args = arguments(&job, &program, Path::new("/w"));
        let line = args.join(" ");
        for flag in [
            "--network none",
            "--read-only",
            "--cap-drop ALL",
            "--security-opt no-new-privileges",
            "--pids-limit 64",
            "--memory 268435456b",
            "--memory-swap 268435456b",
            "--cpus 1",
            "--volume /w:/work",
            "--user ",
        ] {
            assert!(line.contains(flag), "{flag} in {line}");
        }
        assert!(line.contains(&format!("--name {}", program.name())));
        // What the job brings comes after the image: the engine does not read it as its own.
        let image = args.iter().position(|arg| arg == PYTHON_IMAGE).unwrap();
        assert!(args.iter().position(|arg| arg == "--privileged").unwrap() > image);
    }
}
